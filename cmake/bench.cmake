# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
#
# What scripts/bench loads by where no package does: built when it is asked for.
add_executable(steady EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/steady.cpp)
target_link_libraries(steady PRIVATE throughline_options)
set_target_properties(steady PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

# What bench/live listens with.
add_executable(fanout EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/fanout.cpp)
target_link_libraries(fanout PRIVATE throughline_options Threads::Threads)
set_target_properties(fanout PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

# How well likeness finds who is who, in memory: build/<preset>/likeness_bench ../shared/data
file(GLOB likeness_bench_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/likeness/*.cpp)
add_executable(likeness_bench EXCLUDE_FROM_ALL ${likeness_bench_sources})
target_link_libraries(likeness_bench PRIVATE throughline_core)
set_target_properties(likeness_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
