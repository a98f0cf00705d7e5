// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/cached_route.hpp"

#include <charconv>
#include <future>
#include <optional>

namespace throughline::app {

namespace {

constexpr std::chrono::milliseconds look_timeout{400};

std::optional<cache::Key> key_of(http::Request const& request) {
  cache::Key key;
  auto const& tenant = request.segments.at(1);
  auto const [end, problem] =
      std::from_chars(tenant.data(), tenant.data() + tenant.size(), key.tenant.value);
  auto const root = CustomerId::parse(request.segments.at(2));
  if (problem != std::errc{} || end != tenant.data() + tenant.size() || !root) return std::nullopt;
  key.root = *root;
  return key;
}

/// On the metrics listener's thread, which may wait a moment.
http::Reply look(http::Server& server, std::vector<std::shared_ptr<cache::Store>> const& stores,
                 cache::Key const& key) {
  auto const seen = std::make_shared<std::promise<cache::Found>>();
  auto answer = seen->get_future();
  auto const thread = std::hash<CustomerId>{}(key.root) % stores.size();
  server.post(thread, [seen, key, store = stores[thread]] {
    store->look(key, [seen](cache::Found found) { seen->set_value(std::move(found)); });
  });
  if (answer.wait_for(look_timeout) == std::future_status::ready) {
    auto const found = answer.get();
    if (found.kind == cache::Found::Kind::hit) {
      http::Reply reply;
      reply.content_type = "text/plain; charset=utf-8";
      reply.body = std::to_string(found.document->version);
      return reply;
    }
  }
  throw Error(Code::not_found, "The cache shows nothing for this customer.");
}

}  // namespace

http::Route cached_route(http::Server& server,
                         std::vector<std::shared_ptr<cache::Store>> const& stores) {
  http::Direct const shown{[&server, &stores](http::Request const& request) {
    auto const key = key_of(request);
    if (!key) throw Error(Code::not_found, "Ask for /cached/{tenant}/{root}.");
    return look(server, stores, *key);
  }};
  return {.method = http::Method::get,
          .pattern = "/cached/{tenant}/{root}",
          .scope = Scope::none,
          .query = {},
          .handler = shown};
}

}  // namespace throughline::app
