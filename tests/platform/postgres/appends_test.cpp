// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "platform/postgres/appends.hpp"

namespace throughline::postgres {
namespace {

Appends appended(std::vector<std::string> const& statements) {
  Appends appends;
  for (auto const& sql : statements) {
    std::vector<Param> params{1, 2};
    REQUIRE(appends.add(sql, params));
  }
  return appends;
}

TEST_CASE("appends: one statement stays as it is", "[postgres]") {
  CHECK(appended({"\n  insert into a values ($1, $2)"}).take().sql ==
        "insert into a values ($1, $2)");
  CHECK(appended({"with x as (select $2) insert into a select $1"}).take().sql ==
        "with x as (select $2) insert into a select $1");
}

TEST_CASE("appends: several become one, each with its own parameters", "[postgres]") {
  auto appends = appended({"insert into a values ($1, $2)", "insert into b values ($2, $1)"});
  auto const fused = appends.take();
  CHECK(fused.sql ==
        "with appended_0 as (insert into a values ($1, $2)) insert into b values ($4, $3)");
  CHECK(fused.params.size() == 4);
  CHECK(appends.empty());
}

TEST_CASE("appends: the one that begins with WITH comes last, wherever it was given",
          "[postgres]") {
  auto const fused = appended({"insert into a values ($1)",
                               "with x as (update c set d = $1) insert into b values ($2)",
                               "insert into e values ($10)"})
                         .take();
  CHECK(fused.sql ==
        "with appended_0 as (insert into a values ($1)), appended_1 as (insert into e values "
        "($14)), x as (update c set d = $3) insert into b values ($4)");
}

TEST_CASE("appends: a second one that begins with WITH has to wait", "[postgres]") {
  auto appends = appended({"with x as (select 1) insert into a select $1"});
  std::vector<Param> params{1};
  CHECK_FALSE(appends.add("with y as (select 1) insert into b select $1", params));
  CHECK(params.size() == 1);
  appends.take();
  CHECK(appends.add("with y as (select 1) insert into b select $1", params));
}

}  // namespace
}  // namespace throughline::postgres
