// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Redis-form stores on one loop and on a Redis of their own: as two I/O threads of one instance, or
// as two instances.
#pragma once

#include <deque>
#include <optional>

#include "platform/cache/behaviour.hpp"
#include "support/loop.hpp"
#include "support/redis_server.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/redis.hpp"

namespace throughline::tests {

class RedisCache final : public WaitingCache {
 public:
  enum class As { one_instance, two_instances };

  /// The timeout is short where a test lets it pass, long where a busy machine must not.
  explicit RedisCache(As as = As::two_instances, cache::RedisFormOptions form = short_lease(),
                      std::chrono::milliseconds timeout = std::chrono::seconds(5))
      : command_timeout(timeout) {
    for (std::size_t i = 0; i < 2; ++i) {
      auto& way = ways.emplace_back();
      way.client.emplace(loop.io(), client_options(), log);
      way.form = as == As::one_instance && i == 1 ? ways[0].form
                                                  : cache::make_redis_form(form, way.metrics);
      way.store = cache::make_redis_store(loop.io(), *way.client, way.form);
    }
    raw.emplace(loop.io(), client_options(), log);
    REQUIRE(wait_up());
  }
  ~RedisCache() override {
    for (auto& way : ways) way.store.reset();
    // What is still in flight is answered now, while the counters that it touches are there: one
    // instance's two ways share those of the first.
    for (auto& way : ways) way.client->close();
  }

  static cache::RedisFormOptions short_lease() {
    cache::RedisFormOptions options;
    options.lease = lease;
    return options;
  }
  redis::Options client_options() const {
    redis::Options options;
    options.url = server.url();
    options.command_timeout = command_timeout;
    options.backoff_first = std::chrono::milliseconds(5);
    options.backoff_max = std::chrono::milliseconds(20);
    options.on_connect = cache::redis_on_connect();
    return options;
  }
  bool wait_up() {
    return loop.run_until([&] {
      return raw->connected() && ways[0].client->connected() && ways[1].client->connected();
    });
  }
  /// Until both stores answer from Redis again.
  bool wait_trusted() {
    return loop.run_until(
        [&] { return ways[0].store->degraded().empty() && ways[1].store->degraded().empty(); });
  }

  cache::Found get(std::size_t store, cache::Key const& key) override {
    std::optional<cache::Found> result;
    ways[store].store->get(key, [&](cache::Found found) { result = std::move(found); });
    REQUIRE(loop.run_until([&] { return result.has_value(); }));
    return *result;
  }
  void fill(std::size_t store, cache::Key const& key, std::string const& token,
            cache::DocumentPtr filled) override {
    ways[store].store->fill(key, token, std::move(filled));
    // What the other connection asks next must find it there.
    command(store, {"PING"});
  }
  bool invalidate(std::size_t store, std::vector<postgres::Touched> const& roots) override {
    std::optional<bool> result;
    ways[store].store->invalidate(roots, [&](bool told) { result = told; });
    REQUIRE(loop.run_until([&] { return result.has_value(); }));
    return *result;
  }
  void sleep(std::chrono::milliseconds time) override { loop.run_for(time); }

  redis::Reply command(std::size_t store, std::vector<std::string> const& words) {
    return ask(*ways[store].client, words);
  }
  redis::Reply direct(std::vector<std::string> const& words) { return ask(*raw, words); }
  /// The number that INFO gives under this name.
  std::int64_t stat(std::string const& section, std::string const& name) {
    auto const info = direct({"INFO", section}).text;
    auto const at = info.find(name);
    REQUIRE(at != std::string::npos);
    return std::stoll(info.substr(at + name.size()));
  }

  struct Way {
    metrics::Registry metrics;
    std::optional<redis::Client> client;
    std::shared_ptr<cache::RedisForm> form;
    std::shared_ptr<cache::Store> store;
  };
  std::chrono::milliseconds const command_timeout;
  support::RedisServer server;
  log::Logger log{""};
  support::Loop loop;
  std::deque<Way> ways;
  std::optional<redis::Client> raw;  // for what the test itself says to Redis

 private:
  redis::Reply ask(redis::Client& client, std::vector<std::string> const& words) {
    std::optional<redis::Reply> answer;
    client.command(words, [&](redis::Reply reply) { answer = std::move(reply); });
    REQUIRE(loop.run_until([&] { return answer.has_value(); }));
    return *answer;
  }
};

}  // namespace throughline::tests
