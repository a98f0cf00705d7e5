// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The sources against docs/ARCHITECTURE.md. architecture_rules_test.cpp shows that each rule bites.
#include <catch2/catch.hpp>

#include "support/architecture/rules.hpp"

namespace throughline::tests::architecture {
namespace {

Tree const& sources() {
  static Tree const tree = read_tree(THROUGHLINE_SOURCE_DIR);
  return tree;
}

void check(std::vector<Finding> const& findings) {
  INFO(findings.size() << " findings:" << to_string(findings));
  CHECK(findings.empty());
}

}  // namespace

TEST_CASE("architecture: includes follow the table", "[architecture]") {
  check(check_includes(sources()));
}
TEST_CASE("architecture: libraries stay behind their doors", "[architecture]") {
  check(check_doors(sources()));
}
TEST_CASE("architecture: JSON stands in wire*.cpp", "[architecture]") {
  check(check_json(sources()));
}
TEST_CASE("architecture: SQL stands in store*.cpp", "[architecture]") {
  check(check_sql(sources()));
}
TEST_CASE("architecture: no SQL reads a clock", "[architecture]") {
  check(check_clock(sources()));
}
TEST_CASE("architecture: a table is written by its owner", "[architecture]") {
  check(check_owners(sources()));
}
TEST_CASE("architecture: routes and OpenAPI agree", "[architecture]") {
  check(check_routes(sources()));
}
TEST_CASE("architecture: files keep their shape", "[architecture]") {
  check(check_shape(sources()));
}
TEST_CASE("architecture: every named exception is needed", "[architecture]") {
  check(check_exceptions(sources()));
}

}  // namespace throughline::tests::architecture
