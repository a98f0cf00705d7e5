// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/ids.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <unordered_set>
#include <vector>

using namespace throughline;

namespace {

Timestamp at_micros(std::int64_t micros) {
  return Timestamp{std::chrono::microseconds{micros}};
}

}  // namespace

TEST_CASE("ids: the canonical form is read in either case and written in lower case") {
  CHECK(to_string(*parse_uuid("0192F3a0-1234-7abc-8DEF-0123456789ab")) ==
        "0192f3a0-1234-7abc-8def-0123456789ab");
}

TEST_CASE("ids: anything else is refused") {
  for (auto const* text :
       {"", "0192f3a0-1234-7abc-8def-0123456789a", "0192f3a0-1234-7abc-8def-0123456789abc",
        "0192f3a012347abc8def0123456789ab", "{192f3a0-1234-7abc-8def-0123456789a}",
        "0192f3a0-1234-7abc-8def-0123456789ag", "0192f3a0x1234-7abc-8def-0123456789ab",
        "0192f3a01-234-7abc-8def-0123456789ab", "0192f3a0-1234-7abc-8def-01234567 9ab"}) {
    CHECK_FALSE(parse_uuid(text));
  }
}

TEST_CASE("ids: version 7 carries the time and sorts by it") {
  auto const text = to_string(make_uuid7(at_micros(0x0192F3A01234LL * 1000 + 999)));
  CHECK(text.substr(0, 18) == "0192f3a0-1234-7ffb");
  CHECK(std::string("89ab").find(text[19]) != std::string::npos);
  auto const base = 1'764'000'000'000'000;
  for (int step = 0; step < 3000; ++step) {
    REQUIRE(to_string(make_uuid7(at_micros(base + step))) <
            to_string(make_uuid7(at_micros(base + step + 1))));
  }
  CHECK(to_string(make_uuid7(at_micros(-5))).substr(0, 14) == "00000000-0000-");
}

TEST_CASE("ids: threads never make the same one, even in the same microsecond") {
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 5000;
  std::vector<std::vector<Uuid>> made(threads);
  {
    std::vector<std::jthread> running;
    for (auto& mine : made) {
      running.emplace_back([&mine] {
        for (std::size_t i = 0; i < each; ++i) mine.push_back(make_uuid7(at_micros(1)));
      });
    }
  }
  std::unordered_set<Uuid> all;
  std::unordered_set<std::size_t> hashes;
  for (auto const& mine : made) {
    for (Uuid const& uuid : mine) {
      all.insert(uuid);
      hashes.insert(std::hash<Uuid>{}(uuid));
    }
  }
  CHECK(all.size() == threads * each);
  CHECK(hashes.size() == all.size());
}

TEST_CASE("ids: a typed id compares and reads as its value") {
  auto const id = CaseId::make(at_micros(1'764'000'000'000'000));
  CHECK(CaseId::parse(id.str()) == id);
  CHECK_FALSE(CaseId::parse("x"));
  CHECK(std::hash<CaseId>{}(id) == std::hash<Uuid>{}(id.value));
}
