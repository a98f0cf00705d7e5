# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Asserts stay on in the release build: one build serves both `serve` and `test`.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

option(THROUGHLINE_WERROR "Treat warnings as errors" OFF)
set(THROUGHLINE_SANITIZE "" CACHE STRING "address,undefined or thread, as -fsanitize= takes it")

add_library(throughline_options INTERFACE)
target_compile_options(throughline_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow)
if(THROUGHLINE_WERROR)
  target_compile_options(throughline_options INTERFACE -Werror)
endif()
if(THROUGHLINE_SANITIZE)
  # Optimised a little and with line numbers only: the tests run at a tolerable speed.
  set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")
  target_compile_options(throughline_options INTERFACE
    -fsanitize=${THROUGHLINE_SANITIZE} -fno-omit-frame-pointer)
  # GCC 12 warns of the standard library's own moves once they are instrumented.
  target_compile_options(throughline_options INTERFACE -Wno-maybe-uninitialized)
  target_link_options(throughline_options INTERFACE -fsanitize=${THROUGHLINE_SANITIZE})
  if(THROUGHLINE_SANITIZE STREQUAL "thread")
    # Asio uses stand-alone fences, which ThreadSanitizer does not follow; GCC warns of each.
    target_compile_options(throughline_options INTERFACE -Wno-tsan)
  endif()
endif()

option(THROUGHLINE_TIDY "Run clang-tidy beside the compiler" OFF)
if(THROUGHLINE_TIDY)
  find_program(CLANG_TIDY clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # The cache is shared between checkouts: paths below the source are made relative, the build
  # folder is not part of the key.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD)
  target_link_options(throughline_options INTERFACE -fuse-ld=mold)
endif()
