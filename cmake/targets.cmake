# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
file(GLOB_RECURSE core_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.cpp)
list(REMOVE_ITEM core_sources ${CMAKE_SOURCE_DIR}/src/main.cpp)

add_library(throughline_core STATIC ${core_sources})
target_include_directories(throughline_core
  PUBLIC ${CMAKE_SOURCE_DIR}/include PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(throughline_core PRIVATE
  THROUGHLINE_VERSION="${PROJECT_VERSION}" BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(throughline_core
  PUBLIC throughline_options Threads::Threads OpenSSL::SSL OpenSSL::Crypto Boost::headers
    nlohmann_json::nlohmann_json spdlog::spdlog CLI11::CLI11 prometheus-cpp::core
    PkgConfig::PQ PkgConfig::HIREDIS PkgConfig::IDN2 PkgConfig::ICU ${PHONENUMBER} ${CCTZ})

add_executable(throughline ${CMAKE_SOURCE_DIR}/src/main.cpp)
target_link_libraries(throughline PRIVATE throughline_core)
set_target_properties(throughline PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
