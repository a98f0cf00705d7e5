// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Short words for what an answer came to.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "support/client.hpp"

namespace throughline::support {

using Json = nlohmann::json;

/// The body; the test ends unless the answer has this status.
inline Json body_of(Response const& response, int status) {
  INFO(response.body);
  REQUIRE(response.status == status);
  return response.json();
}

/// "404 not_found", "422 invalid /kind ?limit"; just "201" where it is no problem.
inline std::string told(Response const& response) {
  std::string text = std::to_string(response.status);
  if (response.status < 400) return text;
  auto const problem = response.json();
  auto const type = problem.at("type").get<std::string>();
  text += " " + type.substr(type.find_last_of(":/") + 1);
  if (problem.contains("errors")) {
    for (auto const& error : problem.at("errors"))
      text += " " + error.at("pointer").get<std::string>();
  }
  return text;
}

/// All items of a list, page by page. `target` ends where "limit=…" may follow.
inline std::vector<Json> items_of(Client& client, std::string const& target, std::size_t limit) {
  std::vector<Json> items;
  std::string cursor;
  do {
    auto const page = body_of(client.get(target + "limit=" + std::to_string(limit) + cursor), 200);
    CHECK(page.at("items").size() <= limit);
    for (auto const& item : page.at("items")) items.push_back(item);
    cursor = page.at("next_cursor").is_null()
                 ? ""
                 : "&cursor=" + page.at("next_cursor").get<std::string>();
  } while (!cursor.empty());
  return items;
}

inline std::string id_of(Json const& value) {
  return value.at("id").get<std::string>();
}

/// The write twice under one key: the repeat has the first's status and answers for the same
/// record.
inline Response repeated(std::function<Response(Headers const&)> const& write) {
  static int made = 0;
  Headers const key{{"Idempotency-Key", "repeat-" + std::to_string(++made)}};
  auto const first = write(key);
  auto const second = write(key);
  CHECK(second.status == first.status);
  CHECK_FALSE(first.has("idempotency-replayed"));
  CHECK(second.header("idempotency-replayed") == "true");
  return second;
}

}  // namespace throughline::support
