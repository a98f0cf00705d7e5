// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/instance.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "app/alarms.hpp"
#include "app/cached_route.hpp"
#include "app/periodic.hpp"
#include "app/readiness.hpp"
#include "app/ringing.hpp"
#include "app/routes.hpp"
#include "app/waking.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/context.hpp"
#include "throughline/domain/live.hpp"
#include "throughline/platform/auth.hpp"
#include "throughline/platform/cache_protocol.hpp"
#include "throughline/platform/http_api.hpp"
#include "throughline/platform/http_server.hpp"
#include "throughline/platform/idempotency.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/partitions.hpp"
#include "throughline/platform/postgres.hpp"
#include "throughline/platform/redis.hpp"

namespace throughline::app {

namespace {

constexpr std::size_t live_connections = 1;     // the reader of the feed
constexpr std::size_t service_connections = 5;  // keys looked up and refreshed, chores, alarms
constexpr std::size_t ringing_connections = 1;
constexpr std::size_t hints_max = 1'000'000;
constexpr std::chrono::milliseconds look_interval{1000};
constexpr std::chrono::milliseconds ask_interval{100};
constexpr std::chrono::milliseconds chores_interval{60'000};
constexpr std::size_t sweep_chunk = 1000;
constexpr int sweep_chunks_max = 100;  // at a time, so that stopping need not wait long
// `commits` grows by a row with every write, and nobody asks for one that is some seconds old.
constexpr std::chrono::milliseconds commits_sweep_interval{10'000};
constexpr std::size_t commits_sweep_chunk = 5000;
// What falls due is a committed fact within a second.
constexpr std::chrono::milliseconds ringing_interval{250};
// What may wait for the caches: nobody does.
constexpr std::chrono::milliseconds ringing_settle{2500};
constexpr std::size_t metrics_connections = 64;

cache::Form form_of(config::Config const& config) {
  return config.redis_url.empty() ? cache::Form::memory : cache::Form::redis;
}

postgres::PoolOptions pool_options(config::Config const& config, std::string_view role,
                                   std::size_t size) {
  postgres::PoolOptions options;
  options.url = config.database_url;
  options.role = role;
  options.size = size;
  return options;
}

redis::Options redis_options(config::Config const& config) {
  redis::Options options;
  options.url = config.redis_url;
  options.command_timeout = config.redis_timeout;
  options.on_connect = cache::redis_on_connect();
  return options;
}

/// The keeper's session and connection must not hang for longer than a lease lasts.
cache::KeeperOptions keeper_options(config::Config const& config, cache::Timing const& timing) {
  cache::KeeperOptions options;
  options.database = pool_options(config, postgres::service_role, 1);
  options.database.statement_timeout = timing.trust;
  if (!config.redis_url.empty()) options.redis = redis_options(config);
  options.timing = timing;
  return options;
}

http::ServerOptions api_options(config::Config const& config) {
  return {"api",         config.listen,         config.io_threads, config.access_log,
          config.limits, config.allowed_origins};
}

live::Limits live_limits(config::Limits const& from) {
  live::Limits limits;
  limits.subscribers = from.live_streams;
  limits.subscribers_per_key = from.live_streams_per_key;
  limits.queue = {from.live_queue_events, from.live_queue_bytes};
  limits.keep_alive = from.live_keep_alive;
  limits.look_interval = from.live_look;
  return limits;
}

http::ServerOptions metrics_options(config::Config const& config) {
  auto limits = config.limits;
  limits.connections = metrics_connections;
  return {"metrics", config.metrics_listen, 1, false, limits, {}};
}

/// host:port of the metrics listener, as others reach it; empty if that can't be told.
std::string advertised(config::Config const& config, std::uint16_t port) {
  if (!config.advertise.empty()) return config.advertise;
  auto const at = config::parse_address(config.metrics_listen);
  if (!at || at->host == "0.0.0.0" || at->host == "::") return {};
  bool const v6 = at->host.find(':') != std::string::npos;
  return (v6 ? "[" + at->host + "]" : at->host) + ":" + std::to_string(port);
}

http::Route metrics_route(metrics::Registry& metrics) {
  http::Direct const page{[&metrics](http::Request const&) {
    http::Reply reply;
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    reply.body = metrics.render();
    return reply;
  }};
  return {.method = http::Method::get,
          .pattern = "/metrics",
          .scope = Scope::none,
          .query = {},
          .handler = page};
}

}  // namespace

/// In the order in which they need each other; taken down the other way round.
struct Instance::Parts {
  Parts(config::Config const& from, Clock const& time, MakeRoutes const& make_routes,
        cache::Timing const& timing)
      : config(from),
        clock(time),
        log(from.log_path),
        pool(server_pool_options(timing), log, metrics),
        service_pool(pool_options(from, postgres::service_role, service_connections), log, metrics),
        keys(service_pool, log),
        hints(hints_max),
        server(api_options(from), clock, log, metrics),
        standing(cache::make_standing(timing, metrics)),
        stores(make_stores()),
        keeper(keeper_options(from, timing), standing, memory_entries, redis_form, log, metrics),
        readiness({service_pool, server, keeper, form_of(from), stores, clock}, metrics),
        live({pool, service_pool, clock, log, metrics}, live_limits(from.limits)),
        waking(make_waking()),
        api(with_service_routes(make_routes(metrics)),
            {pool, keys, hints, flights, stores, log, metrics,
             [this](auto const& roots) { waking->committed(roots); }},
            from.workers, from.limits),
        ringing(alarm_handlers(), ringing_parts()) {}

  postgres::PoolOptions server_pool_options(cache::Timing const& timing);
  std::vector<std::shared_ptr<cache::Store>> make_stores();
  std::vector<http::Route> with_service_routes(std::vector<http::Route> routes);
  std::shared_ptr<Waking> make_waking();
  RingingParts ringing_parts();
  void start();
  void stop();
  void make_partitions();
  void sweep();
  void sweep_tickets();
  void sweep_commits();

  config::Config const config;
  Clock const& clock;
  log::Logger log;
  metrics::Registry metrics;
  postgres::Pool pool;
  postgres::Pool service_pool;
  auth::Keys keys;
  cache::Hints hints;
  cache::Flights flights;
  http::Server server;
  std::shared_ptr<cache::Standing> standing;
  std::shared_ptr<cache::MemoryEntries> memory_entries;  // or
  std::shared_ptr<cache::RedisForm> redis_form;
  std::vector<std::unique_ptr<redis::Client>> redis_clients;
  std::vector<std::shared_ptr<cache::Store>> stores;
  cache::Keeper keeper;
  Readiness readiness;
  live::Hub live;
  std::optional<redis::Listener> wakes;  // of other instances
  std::shared_ptr<Waking> waking;
  http::Api api;
  Ringing ringing;
  std::optional<http::Server> metrics_server;
  std::optional<Periodic> looking;
  std::optional<Periodic> asking;
  std::optional<Periodic> chores;
  std::optional<Periodic> sweeping_commits;
  std::optional<Periodic> ringing_often;
  std::optional<cache::Sampler> sampler;
  std::string commits_bound;  // of that chore's thread
};

/// Names move under the lease alone: whoever holds it next caches nothing for `lapse`, and by then
/// the COMMIT that was let go has come, or PostgreSQL has ended the session that kept silent. The
/// hooks are used once all of Parts stands: nothing is written before.
postgres::PoolOptions Instance::Parts::server_pool_options(cache::Timing const& timing) {
  auto const size =
      config.workers + config.limits.batch_lanes + ringing_connections + live_connections;
  auto options = pool_options(config, postgres::server_role, size);
  options.hooks = cache::commit_hooks(form_of(config));
  options.idle_in_transaction_timeout = timing.lapse - timing.trust;
  options.hooks.losing = [this](std::span<postgres::Touched const> roots) {
    if (!cache::holds_lease(*standing)) {
      throw Error(Code::unavailable, "This instance may not move names now; repeat the request.")
          .retry_after(std::chrono::seconds(1));
    }
    stores.front()->doubt(roots);
  };
  return options;
}

/// One per I/O thread.
std::vector<std::shared_ptr<cache::Store>> Instance::Parts::make_stores() {
  std::vector<std::shared_ptr<cache::Store>> made;
  if (config.redis_url.empty()) {
    memory_entries = cache::make_memory_entries(config.cache_bytes, metrics);
    for (std::size_t i = 0; i < server.threads(); ++i) {
      made.push_back(cache::make_memory_store(server.loop(i), memory_entries, standing));
    }
    return made;
  }
  cache::RedisFormOptions options;
  options.copies_bytes_max = config.cache_bytes;
  options.document_schema = context::schema_version;
  redis_form = cache::make_redis_form(options, metrics);
  for (std::size_t i = 0; i < server.threads(); ++i) {
    redis_clients.push_back(
        std::make_unique<redis::Client>(server.loop(i), redis_options(config), log));
    made.push_back(
        cache::make_redis_store(server.loop(i), *redis_clients.back(), redis_form, standing));
  }
  return made;
}

std::vector<http::Route> Instance::Parts::with_service_routes(std::vector<http::Route> routes) {
  for (auto more : {service_routes(readiness), live::routes(live)}) {
    std::move(more.begin(), more.end(), std::back_inserter(routes));
  }
  return routes;
}

std::shared_ptr<Waking> Instance::Parts::make_waking() {
  if (redis_clients.empty()) return std::make_shared<Waking>(live, server, nullptr);
  auto made = std::make_shared<Waking>(live, server, redis_clients.front().get());
  wakes.emplace(
      server.loop(Waking::io_thread), redis_options(config), Waking::channel,
      [made](std::string const& message) { made->heard(message); }, log);
  return made;
}

/// Its commits are settled as those of requests are, though nobody waits for an answer.
RingingParts Instance::Parts::ringing_parts() {
  auto const committed = [this](postgres::Committed done) {
    auto commit = cache::commit_of(std::move(done));
    if (commit.roots.empty()) return;
    waking->committed(commit.roots);
    server.post(0, [store = stores.front(), commit = std::move(commit)]() mutable {
      store->settle(std::move(commit), ringing_settle, [](bool) {});
    });
  };
  auto const doubt = [this](std::span<postgres::Touched const> roots) {
    stores.front()->doubt(roots);
  };
  return {pool, service_pool, clock, committed, doubt, log, metrics};
}

void Instance::Parts::start() {
  make_partitions();
  readiness.look();
  readiness.ask_stores();
  if (!config.metrics_listen.empty()) {
    metrics_server.emplace(metrics_options(config), clock, log, metrics);
    metrics_server->start(
        http::serve_direct({metrics_route(metrics), cached_route(server, stores)}));
    keeper.announce(advertised(config, metrics_server->port()));
  }
  server.start([this](http::ExchangePtr const& exchange) { api.serve(exchange); });
  keeper.start();  // may take a moment where another instance is just leaving: reads are answered
  readiness.ask_stores();
  looking.emplace(look_interval, [this] { readiness.look(); });
  asking.emplace(ask_interval, [this] { readiness.ask_stores(); });
  chores.emplace(chores_interval, [this] {
    make_partitions();
    sweep();
    sweep_tickets();
  });
  sweeping_commits.emplace(commits_sweep_interval, [this] { sweep_commits(); });
  if (config.rings_alarms) ringing_often.emplace(ringing_interval, [this] { ringing.ring(); });
  if (config.sampler) {
    sampler.emplace(pool_options(config, postgres::service_role, 1), standing, log, metrics);
  }
  log.info("serving", {{"listen", config.listen}, {"port", std::int64_t{server.port()}}});
}

void Instance::Parts::stop() {
  log.info("draining");
  live.stop();
  server.drain();
  looking.reset();
  asking.reset();
  chores.reset();
  sweeping_commits.reset();
  ringing_often.reset();
  sampler.reset();
  api.stop();
  server.stop();
  keeper.stop();  // after the last write
  if (metrics_server) metrics_server->stop();
}

/// They reach far ahead: a database that is away or not migrated yet may get them a minute later.
void Instance::Parts::make_partitions() {
  try {
    service_pool.transact(postgres::Mode::write, TenantId{},
                          [&](postgres::Tx& tx) { partitions::make_ahead(tx, clock.now()); });
  } catch (std::exception const& failure) {
    log.warning("partitions_not_made", {{"reason", failure.what()}});
  }
}

/// In chunks, so that no transaction of it is long.
void Instance::Parts::sweep() {
  auto const before = clock.now() - config.idempotency_retention;
  std::size_t swept = sweep_chunk;
  try {
    for (int chunk = 0; chunk < sweep_chunks_max && swept == sweep_chunk; ++chunk) {
      service_pool.transact(postgres::Mode::write, TenantId{}, [&](postgres::Tx& tx) {
        swept = idempotency::sweep(tx, before, sweep_chunk);
      });
    }
  } catch (std::exception const& failure) {
    log.warning("idempotency_sweep_failed", {{"reason", failure.what()}});
  }
}

void Instance::Parts::sweep_tickets() {
  std::size_t swept = sweep_chunk;
  try {
    for (int chunk = 0; chunk < sweep_chunks_max && swept == sweep_chunk; ++chunk) {
      service_pool.transact(postgres::Mode::write, TenantId{}, [&](postgres::Tx& tx) {
        swept = live::sweep_tickets(tx, clock.now(), sweep_chunk);
      });
    }
  } catch (std::exception const& failure) {
    log.warning("tickets_sweep_failed", {{"reason", failure.what()}});
  }
}

/// Rows that stood there at the last time as well, so that who is parked finds its own.
void Instance::Parts::sweep_commits() {
  cache::Swept swept{commits_sweep_chunk, {}};
  try {
    for (int chunk = 0; chunk < sweep_chunks_max && swept.rows == commits_sweep_chunk; ++chunk) {
      service_pool.transact(postgres::Mode::write, TenantId{}, [&](postgres::Tx& tx) {
        swept = cache::sweep_commits(tx, commits_bound, commits_sweep_chunk);
      });
    }
    commits_bound = swept.bound;
  } catch (std::exception const& failure) {
    log.warning("commits_sweep_failed", {{"reason", failure.what()}});
  }
}

Instance::Instance(config::Config const& config, Clock const& clock, MakeRoutes const& make_routes,
                   cache::Timing const& timing)
    : parts_(std::make_unique<Parts>(config, clock, make_routes, timing)) {}

Instance::~Instance() {
  stop();
}

void Instance::start() {
  parts_->start();
}

std::uint16_t Instance::port() const {
  return parts_->server.port();
}

std::uint16_t Instance::metrics_port() const {
  return parts_->metrics_server ? parts_->metrics_server->port() : 0;
}

void Instance::stop() {
  parts_->stop();
}

void Instance::ring_alarms() {
  parts_->ringing.ring();
}

}  // namespace throughline::app
