# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
#
# What scripts/bench loads by where no package does: built when it is asked for.
add_executable(steady EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/bench/steady.cpp)
target_link_libraries(steady PRIVATE throughline_options)
set_target_properties(steady PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
