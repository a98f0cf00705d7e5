// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/recall.hpp"

#include <catch2/catch.hpp>

namespace throughline::http {
namespace {

auth::Key const& key_of(std::int32_t tenant, std::string region, auth::Key& key) {
  key.tenant = TenantId{tenant};
  key.default_region = std::move(region);
  return key;
}

TEST_CASE("recall: a target means the same only under one tenant and region", "[http]") {
  auth::Key swiss, french, other;
  key_of(1, "CH", swiss);
  key_of(1, "FR", french);
  key_of(2, "CH", other);
  Recall recall;
  std::string const target = "/v1/context?phone=0612345678";
  recall.keep(swiss, target, {nullptr, "phone:+41612345678"});
  CHECK(recall.find(french, target) == nullptr);
  CHECK(recall.find(other, target) == nullptr);
  recall.keep(french, target, {nullptr, "phone:+33612345678"});
  REQUIRE(recall.find(swiss, target) != nullptr);
  CHECK(recall.find(swiss, target)->name == "phone:+41612345678");
  CHECK(recall.find(french, target)->name == "phone:+33612345678");
}

TEST_CASE("recall: keeps no more and no longer targets than it may", "[http]") {
  auth::Key key;
  key_of(1, "", key);
  Recall recall;
  std::string const longest(recalled_bytes_max, 'a');
  recall.keep(key, longest, {nullptr, "a"});
  CHECK(recall.find(key, longest) != nullptr);
  recall.keep(key, longest + "a", {nullptr, "a"});
  CHECK(recall.find(key, longest + "a") == nullptr);
  for (std::size_t i = 0; i < recalled_max; ++i)
    recall.keep(key, std::to_string(i), {nullptr, "n"});
  CHECK(recall.find(key, longest) == nullptr);
  CHECK(recall.find(key, "0") != nullptr);
}

}  // namespace
}  // namespace throughline::http
