// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/error.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

using namespace throughline;
using namespace std::chrono_literals;

TEST_CASE("error: every code has a name of its own") {
  std::set<std::string_view> names;
  int const last = static_cast<int>(Code::internal);
  for (int code = 0; code <= last; ++code) names.insert(name(static_cast<Code>(code)));
  CHECK(names.size() == static_cast<std::size_t>(last) + 1);
  CHECK(name(Code::version_mismatch) == "version_mismatch");
}

TEST_CASE("error: it carries what the problem document will hold") {
  auto const error =
      Error(Code::unavailable, "The queue is full.").with("queue", "\"writes\"").retry_after(0s);
  CHECK(error.code() == Code::unavailable);
  CHECK(std::string(error.what()) == "The queue is full.");
  REQUIRE(error.members().size() == 1);
  CHECK(error.members()[0].name == "queue");
  CHECK(error.members()[0].json == "\"writes\"");
  CHECK(error.retry_after() == 1s);
}

TEST_CASE("error: bad fields make an invalid request that counts them") {
  Error const one(std::vector<FieldError>{{"/a", "is required"}});
  CHECK(one.code() == Code::invalid);
  CHECK(one.detail() == "One field of the request is wrong; errors names it.");
  Error const two(std::vector<FieldError>{{"/a", "is required"}, {"/b", "is required"}});
  CHECK(two.detail() == "2 fields of the request are wrong; errors names each.");
  CHECK(two.fields().size() == 2);
  CHECK_FALSE(two.retry_after());
}
