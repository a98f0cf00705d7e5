# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds migrations/*.sql into the library, each with the SHA-256 of its file, so that a binary and
# the schema it brings can't come apart. Run by CMake at configure time and, as a script, at build.
if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB files ${SOURCE_DIR}/migrations/*.sql)
  list(SORT files)
  set(entries "")
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    file(SHA256 ${file} checksum)
    file(READ ${file} text)
    string(APPEND entries "    {\"${name}\", \"${checksum}\", R\"migration(${text})migration\"},\n")
  endforeach()
  file(WRITE ${OUTPUT} "// Made from migrations/*.sql by cmake/migrations.cmake.
#include \"platform/postgres/migrations.hpp\"

namespace throughline::postgres {

std::span<Migration const> built_in_migrations() {
  static constexpr Migration migrations[] = {
${entries}  };
  return migrations;
}

}  // namespace throughline::postgres
")
  return()
endif()

file(GLOB migration_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/migrations/*.sql)
set(migrations_source ${CMAKE_BINARY_DIR}/generated/migrations.cpp)
add_custom_command(
  OUTPUT ${migrations_source}
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${CMAKE_SOURCE_DIR} -DOUTPUT=${migrations_source}
    -P ${CMAKE_CURRENT_LIST_DIR}/migrations.cmake
  DEPENDS ${migration_files} ${CMAKE_CURRENT_LIST_DIR}/migrations.cmake
  VERBATIM)
target_sources(throughline_core PRIVATE ${migrations_source})
