// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Redis-form stores on one loop and on a Redis of their own: as two I/O threads of one instance, or
// as two instances. The test itself stands in for PostgreSQL and the relay: it grants the fence at
// intervals and names the authority.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <optional>

#include "platform/cache/behaviour.hpp"
#include "platform/cache/fence.hpp"
#include "platform/cache/redis_form.hpp"
#include "platform/cache/standing.hpp"
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
      : command_timeout(timeout), grant_timer_(loop.io()) {
    for (std::size_t i = 0; i < 2; ++i) {
      auto& way = ways.emplace_back();
      way.client.emplace(loop.io(), client_options(), log);
      bool const shares = as == As::one_instance && i == 1;
      way.form = shares ? ways[0].form : cache::make_redis_form(form, way.metrics);
      way.standing = shares ? ways[0].standing : cache::make_standing(timing, way.metrics);
      way.form->name_database("tests");
      way.store = cache::make_redis_store(loop.io(), *way.client, way.form, way.standing);
    }
    raw.emplace(loop.io(), client_options(), log);
    REQUIRE(wait_up());
    grant_at_intervals();
    REQUIRE(wait_trusted());
  }
  ~RedisCache() override {
    grant_timer_.cancel();
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
  cache::Commit commit_of(std::vector<postgres::Touched> const& roots) const {
    cache::Commit commit;
    commit.roots = roots;
    commit.id = make_uuid7(SystemClock().now());
    commit.at = std::chrono::steady_clock::now();
    commit.authority = authority;
    return commit;
  }
  bool settle(std::size_t store, cache::Commit const& commit, std::chrono::milliseconds wait) {
    std::optional<bool> result;
    ways[store].store->settle(commit, wait, [&](bool settled) { result = settled; });
    REQUIRE(loop.run_until([&] { return result.has_value(); }));
    return *result;
  }
  /// By a caller who does not wait.
  bool invalidate(std::size_t store, std::vector<postgres::Touched> const& roots) override {
    return settle(store, commit_of(roots), {});
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
  /// The names of the entries there are.
  std::vector<std::string> entries() {
    std::vector<std::string> names;
    for (auto const& name : direct({"KEYS", "*"}).items) {
      if (name.text != fence_name()) names.push_back(name.text);
    }
    return names;
  }
  static std::string fence_name() { return cache::fence_name("tests"); }

  struct Way {
    metrics::Registry metrics;
    std::optional<redis::Client> client;
    std::shared_ptr<cache::RedisForm> form;
    std::shared_ptr<cache::Standing> standing;
    std::shared_ptr<cache::Store> store;
  };
  static constexpr cache::Timing timing{.interval = std::chrono::milliseconds(20)};
  std::chrono::milliseconds const command_timeout;
  support::RedisServer server;
  log::Logger log{""};
  support::Loop loop;
  std::deque<Way> ways;
  std::optional<redis::Client> raw;  // for what the test itself says to Redis
  cache::Authority authority;        // a new epoch with every process
  bool granting = true;

 private:
  void grant_at_intervals() {
    if (granting && raw->connected()) {
      if (raw->run_id() != authority.run_id) {
        authority = {raw->run_id(), authority.epoch + 1, true, {}};
      }
      auto const value = cache::write_fence({authority.epoch, authority.run_id, ++granted_});
      raw->command({"SET", fence_name(), value, "PX", "1000"}, [](redis::Reply) {});
    }
    grant_timer_.expires_after(timing.interval);
    grant_timer_.async_wait([this](auto const& problem) {
      if (!problem) grant_at_intervals();
    });
  }
  redis::Reply ask(redis::Client& client, std::vector<std::string> const& words) {
    std::optional<redis::Reply> answer;
    client.command(words, [&](redis::Reply reply) { answer = std::move(reply); });
    REQUIRE(loop.run_until([&] { return answer.has_value(); }));
    return *answer;
  }

  boost::asio::steady_timer grant_timer_;
  std::int64_t granted_ = 0;
};

}  // namespace throughline::tests
