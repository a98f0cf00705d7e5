// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/page.hpp"

#include <catch2/catch.hpp>

#include "throughline/base/error.hpp"

using namespace throughline;

namespace {

using Keys = std::vector<std::string>;
constexpr TenantId tenant{7};
constexpr std::string_view list = "cases?status=open";

}  // namespace

TEST_CASE("page: a cursor brings back its keys") {
  for (Keys const& keys : {Keys{}, Keys{""}, Keys{"2026-11-21T08:30:00.000000Z", "0192-ab"},
                           Keys{"ä", "", std::string(300, 'x')}}) {
    auto const cursor = encode_cursor(tenant, list, keys);
    CHECK(cursor.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                   "0123456789-_") == std::string::npos);
    CHECK(decode_cursor(tenant, list, cursor) == keys);
  }
}

TEST_CASE("page: a cursor is refused where it does not belong") {
  auto const cursor = encode_cursor(tenant, list, {"a", "b"});
  CHECK_FALSE(decode_cursor(TenantId{8}, list, cursor));
  CHECK_FALSE(decode_cursor(tenant, "cases?status=closed", cursor));
  CHECK_FALSE(decode_cursor(tenant, "notes", cursor));
}

TEST_CASE("page: a damaged cursor is refused") {
  auto const cursor = encode_cursor(tenant, list, {"2026-11-21", "b"});
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    auto damaged = cursor;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(decode_cursor(tenant, list, damaged));
    CHECK_FALSE(decode_cursor(tenant, list, cursor.substr(0, i)));
  }
  CHECK_FALSE(decode_cursor(tenant, list, cursor + "A"));
  CHECK_FALSE(decode_cursor(tenant, list, cursor + "="));
  CHECK_FALSE(decode_cursor(tenant, list, " " + cursor));
  CHECK_FALSE(decode_cursor(tenant, list, std::string(1'000'000, 'A')));
}

TEST_CASE("page: keys that no database takes are refused, however they got in") {
  for (auto const& key : {std::string("\0", 1), std::string("\xFF"), std::string("a\nb")}) {
    CHECK_FALSE(decode_cursor(tenant, list, encode_cursor(tenant, list, {key})));
  }
}

TEST_CASE("page: time keys come back, other keys are refused") {
  TimeKey const key{*parse_rfc3339("2026-11-21T08:00:00.123456Z"),
                    *parse_uuid("018f2d5e-0000-7000-8000-000000000001")};
  TimeKey const read = below(PageRequest{1, to_keys(key)});
  CHECK(read.at == key.at);
  CHECK(read.id == key.id);
  TimeKey const first = below(PageRequest{});
  CHECK(first.at > key.at);
  CHECK(to_string(first.id) == "ffffffff-ffff-ffff-ffff-ffffffffffff");
  for (std::vector<std::string> const& keys :
       {std::vector<std::string>{"x"}, {to_keys(key)[0]}, {to_keys(key)[0], "x"},
        {"x", to_keys(key)[1]}, {to_keys(key)[0], to_keys(key)[1], "x"}}) {
    try {
      below(PageRequest{1, keys});
      FAIL("refused");
    } catch (Error const& error) {
      REQUIRE(error.fields().size() == 1);
      CHECK(error.fields()[0].pointer == "?cursor");
    }
  }
}

TEST_CASE("page: one item too many says that there is more") {
  auto const keys_of = [](int item) { return Keys{std::to_string(item)}; };
  auto const more = cut(std::vector<int>{3, 2, 1}, 2, keys_of);
  CHECK(more.items == std::vector<int>{3, 2});
  CHECK(more.next == Keys{"2"});
  auto const all = cut(std::vector<int>{3, 2}, 2, keys_of);
  CHECK(all.items == std::vector<int>{3, 2});
  CHECK(all.next.empty());
}
