# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
#
# Joins openapi/ into one document and builds it into the binary, which serves it.
find_program(SYSTEM_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
file(GLOB_RECURSE openapi_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/openapi/*.yaml)
set(openapi_json ${CMAKE_BINARY_DIR}/openapi.json)
set(openapi_cpp ${CMAKE_BINARY_DIR}/generated/openapi.cpp)
add_custom_command(OUTPUT ${openapi_json} ${openapi_cpp}
  COMMAND ${SYSTEM_PYTHON} ${CMAKE_SOURCE_DIR}/openapi/bundle.py
    ${CMAKE_SOURCE_DIR}/openapi ${openapi_json} ${openapi_cpp}
  DEPENDS ${openapi_sources} ${CMAKE_SOURCE_DIR}/openapi/bundle.py
  COMMENT "Joining openapi/")
target_sources(throughline_core PRIVATE ${openapi_cpp})
