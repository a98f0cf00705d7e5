// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/recall.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <utility>

namespace throughline::http {
namespace {

auth::Key const& key_of(std::int32_t tenant, std::string region, auth::Key& key) {
  key.tenant = TenantId{tenant};
  key.default_region = std::move(region);
  return key;
}

Request get(std::string target, std::string accept = {}) {
  Request request;
  request.target = std::move(target);
  if (!accept.empty()) request.headers.emplace_back("accept", std::move(accept));
  return request;
}

TEST_CASE("recall: a target means the same only under one tenant and region", "[http]") {
  auth::Key swiss, french, other;
  key_of(1, "CH", swiss);
  key_of(1, "FR", french);
  key_of(2, "CH", other);
  Recall recall;
  auto const target = get("/v1/context?phone=0612345678");
  recall.keep(swiss, target, {nullptr, "phone:+41612345678", nullptr});
  CHECK(recall.find(french, target) == nullptr);
  CHECK(recall.find(other, target) == nullptr);
  recall.keep(french, target, {nullptr, "phone:+33612345678", nullptr});
  REQUIRE(recall.find(swiss, target) != nullptr);
  CHECK(recall.find(swiss, target)->name == "phone:+41612345678");
  CHECK(recall.find(french, target)->name == "phone:+33612345678");
}

TEST_CASE("recall: another Accept header may ask for another view", "[http]") {
  auth::Key key;
  key_of(1, "", key);
  Recall recall;
  std::string const target = "/v1/context?phone=1";
  recall.keep(key, get(target, "text/markdown"), {nullptr, "a", std::make_shared<View>()});
  CHECK(recall.find(key, get(target)) == nullptr);
  recall.keep(key, get(target), {nullptr, "a", nullptr});
  CHECK(recall.find(key, get(target))->view == nullptr);
  CHECK(recall.find(key, get(target, "text/markdown"))->view != nullptr);
}

TEST_CASE("recall: keeps no more and no longer targets than it may", "[http]") {
  auth::Key key;
  key_of(1, "", key);
  Recall recall;
  std::string const longest(recalled_bytes_max, 'a');
  recall.keep(key, get(longest), {nullptr, "a", nullptr});
  CHECK(recall.find(key, get(longest)) != nullptr);
  for (auto const& longer : {get(longest + "a"), get(longest, "a")}) {
    recall.keep(key, longer, {nullptr, "a", nullptr});
    CHECK(recall.find(key, longer) == nullptr);
  }
  for (std::size_t i = 0; i < recalled_max; ++i)
    recall.keep(key, get(std::to_string(i)), {nullptr, "n", nullptr});
  CHECK(recall.find(key, get(longest)) == nullptr);
  CHECK(recall.find(key, get("0")) != nullptr);
}

}  // namespace
}  // namespace throughline::http
