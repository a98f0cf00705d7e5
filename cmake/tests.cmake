# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
#
# The file name says what a test needs: _test nothing, _dbtest PostgreSQL and Redis, _apitest a
# server started in the test's own process and spoken to over HTTP, _faulttest processes of its own
# that it kills: the server's program beside it, PostgreSQL and Redis.
file(GLOB_RECURSE support_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*.cpp)
add_library(tests_support STATIC ${support_sources})
target_include_directories(tests_support
  PUBLIC ${CMAKE_SOURCE_DIR}/tests PRIVATE ${CMAKE_SOURCE_DIR}/src)
# Only where it is read: a path in every command line would keep checkouts from sharing objects.
set_source_files_properties(${CMAKE_SOURCE_DIR}/tests/support/shared_data.cpp
  ${CMAKE_SOURCE_DIR}/tests/architecture_test.cpp PROPERTIES
  COMPILE_DEFINITIONS THROUGHLINE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
# Catch2's own half of the program: long to compile, and neither its speed nor its faults are ours.
set_source_files_properties(${CMAKE_SOURCE_DIR}/tests/support/main.cpp PROPERTIES
  COMPILE_OPTIONS "-O0;-fno-sanitize=all;-w")
target_link_libraries(tests_support PUBLIC throughline_core Catch2::Catch2)

# What is tried is optimised; what tries it need not be, and compiles in half the time.
target_compile_options(tests_support PRIVATE $<$<CONFIG:Release>:-O0>)

# Models that are searched exhaustively: their speed is what is tried.
file(GLOB model_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/platform/cache/protocol/*.cpp)
set_source_files_properties(${model_sources} PROPERTIES
  COMPILE_OPTIONS "-O2;-fno-sanitize=all")

foreach(kind IN ITEMS pure:test db:dbtest api:apitest faults:faulttest)
  string(REPLACE ":" ";" pair ${kind})
  list(GET pair 0 name)
  list(GET pair 1 suffix)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/*_${suffix}.cpp)
  if(sources)
    add_executable(tests_${name} ${sources})
    target_include_directories(tests_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(tests_${name} PRIVATE tests_support)
    target_compile_options(tests_${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  endif()
endforeach()
if(TARGET tests_faults)
  add_dependencies(tests_faults throughline)
endif()
