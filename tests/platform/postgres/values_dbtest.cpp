// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/database.hpp"
#include "throughline/base/error.hpp"

namespace throughline::postgres {
namespace {

using support::Database;

TEST_CASE("values go out and come back as they were", "[postgres]") {
  Database database;
  auto const tenant = database.make_tenant();
  auto const id = CustomerId::make(support::test_now);
  auto const at = support::test_now + std::chrono::microseconds(120);
  std::string const odd = "a \"quoted\", {braced} \\ NULL\n\té ’;--";
  database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
    auto const rows = tx.exec(
        "select $1::text, $2::boolean, $3::bigint, $4::float8, $5::timestamptz, $6::uuid, "
        "$7::text, $8::timestamptz",
        {odd, true, std::int64_t{-9007199254740993}, 0.1, at, id, nullptr, support::test_now});
    REQUIRE(rows.size() == 1);
    auto const row = rows[0];
    CHECK(row[0].view() == odd);
    CHECK(row[1].boolean());
    CHECK(row[2].integer() == -9007199254740993);
    CHECK(row[3].real() == 0.1);
    CHECK(row[4].time() == at);
    CHECK(row[5].id<CustomerId>() == id);
    CHECK(row[6].is_null());
    CHECK(row[6].optional_text() == std::nullopt);
    CHECK(row[7].time() == support::test_now);
  });
}

TEST_CASE("times keep their microseconds and their century", "[postgres]") {
  Database database;
  auto const tenant = database.make_tenant();
  for (auto const* text :
       {"1900-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z", "2024-02-29T12:00:00.500000Z",
        "2026-11-21T08:30:00.000010Z", "9999-12-31T23:59:59.999999Z"}) {
    auto const at = parse_rfc3339(text);
    REQUIRE(at);
    database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
      CHECK(format_rfc3339(tx.exec("select $1::timestamptz", {*at})[0][0].time()) == text);
    });
  }
}

TEST_CASE("arrays carry any text and NULL", "[postgres]") {
  Database database;
  auto const tenant = database.make_tenant();
  std::vector<std::string> const texts{"",      "plain", "with \"quotes\" and \\",
                                       "{a,b}", "NULL",  " x "};
  database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
    auto const rows =
        tx.exec("select t from unnest($1::text[]) with ordinality as u(t, n) order by n",
                {Param::array_of(texts, [](auto const& text) { return text; })});
    REQUIRE(rows.size() == texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) CHECK(rows[i][0].text() == texts[i]);
    std::vector<Param> const some{Param(1), Param(nullptr)};
    auto const numbers = tx.exec("select unnest($1::bigint[])", {Param::array(some)});
    CHECK(numbers[0][0].integer() == 1);
    CHECK(numbers[1][0].is_null());
    CHECK(tx.exec("select unnest($1::uuid[])", {Param::array({})}).empty());
  });
}

TEST_CASE("a mismatch between SQL and C++ is a fault of ours", "[postgres]") {
  Database database;
  auto const tenant = database.make_tenant();
  database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
    auto const rows = tx.exec("select null::text, 'word'");
    CHECK_THROWS_AS(rows[0][0].text(), std::logic_error);
    CHECK_THROWS_AS(rows[0][1].integer(), std::logic_error);
    CHECK_THROWS_AS(rows[0][1].real(), std::logic_error);
    CHECK_THROWS_AS(rows[0][1].boolean(), std::logic_error);
    CHECK_THROWS_AS(rows[0][1].time(), std::logic_error);
    CHECK_THROWS_AS(rows[0][1].id<CaseId>(), std::logic_error);
    CHECK_THROWS_AS(rows[0][2], std::logic_error);
    CHECK_THROWS_AS(rows[1][0], std::logic_error);
  });
}

TEST_CASE("texts that PostgreSQL can't hold are the caller's mistake", "[postgres]") {
  Database database;
  auto const tenant = database.make_tenant();
  for (auto const& text : {std::string("a\0b", 3), std::string("\xc3\x28")}) {
    try {
      database.pool().transact(Mode::read, tenant,
                               [&](Tx& tx) { tx.exec("select $1::text", {text}); });
      FAIL("accepted");
    } catch (Error const& error) {
      CHECK(error.code() == Code::invalid);
    }
  }
}

}  // namespace
}  // namespace throughline::postgres
