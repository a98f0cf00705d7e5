# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
#
# A build in which parts can be broken on purpose (throughline/base/broken.hpp), one at a time, by
# the environment: for `scripts/faults broken`, and for nothing else.
option(THROUGHLINE_BREAKABLE "Let THROUGHLINE_BREAK put parts out of order" OFF)
if(THROUGHLINE_BREAKABLE)
  file(STRINGS ${CMAKE_SOURCE_DIR}/tests/faults/broken.txt rows REGEX "^[a-z]")
  foreach(row IN LISTS rows)
    string(REGEX REPLACE "^[a-z]+ +([^ ]+) .*" "\\1" file "${row}")
    # Only these: all others are shared with the release build.
    set_source_files_properties(${CMAKE_SOURCE_DIR}/${file} PROPERTIES
      COMPILE_DEFINITIONS THROUGHLINE_BREAKABLE)
  endforeach()
endif()
