# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
#
# What keeps the promises, broken on purpose, one part at a time, to see that tests/faults notices:
# cmake -DTHROUGHLINE_BREAK=flights defines THROUGHLINE_BREAK_FLIGHTS in the one file that has the
# part. scripts/faults broken does it for all of them.
set(THROUGHLINE_BREAK "" CACHE STRING "a part of cmake/broken.cmake to break on purpose")
set(THROUGHLINE_BREAKABLE
  "epoch:src/platform/cache/redis_form.cpp"
  "fence:src/platform/cache/fence.cpp"
  "fill:src/platform/cache/functions.cpp"
  "invalidation:src/platform/cache/redis_store.cpp"
  "parking:src/platform/cache/standing.cpp"
  "relay:src/platform/cache/relay.cpp"
  "durability:src/platform/postgres/connection.cpp"
  "flights:src/platform/cache/flights.cpp"
  "hints:src/platform/http/cached_reads.cpp"
  "horizon:src/domain/changes/horizon.cpp"
  "idempotency:src/platform/idempotency/store.cpp")

set(break_found "")
foreach(pair IN LISTS THROUGHLINE_BREAKABLE)
  string(REPLACE ":" ";" pair "${pair}")
  list(GET pair 0 part)
  list(GET pair 1 file)
  if(part STREQUAL THROUGHLINE_BREAK)
    string(TOUPPER ${part} word)
    set_source_files_properties(${CMAKE_SOURCE_DIR}/${file} PROPERTIES
      COMPILE_DEFINITIONS THROUGHLINE_BREAK_${word})
    set(break_found ${file})
    message(WARNING "${part} is broken on purpose, in ${file}")
  endif()
endforeach()
if(THROUGHLINE_BREAK AND NOT break_found)
  message(FATAL_ERROR "no part '${THROUGHLINE_BREAK}' to break; see cmake/broken.cmake")
endif()
