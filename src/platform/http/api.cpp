// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "platform/http/batching.hpp"
#include "platform/http/cached_reading.hpp"
#include "platform/http/key_lookups.hpp"
#include "platform/http/problem.hpp"
#include "platform/http/router.hpp"
#include "platform/http/settling.hpp"
#include "platform/http/target.hpp"
#include "platform/http/transactions.hpp"
#include "throughline/platform/http_api.hpp"
#include "throughline/platform/http_stream.hpp"

namespace throughline::http {

namespace {

/// Finds the route, and answers what needs no key: OPTIONS, and what has no route. nullptr then.
Entry const* find_route(Router const& router, ExchangePtr const& exchange,
                        std::vector<std::string>& path_values) {
  auto& request = exchange->request;
  read_target(request);
  bool const asterisk = request.target == "*";
  auto match = router.match(request.method, request.segments);
  auto const& allow = asterisk ? router.allow_any() : match.allow;
  if (allow.empty()) throw Error(Code::not_found, "There is nothing at this path.");
  if (match.entry == nullptr) {
    auto reply = request.method == Method::options
                     ? Reply::json("", 204)
                     : problem(Error(Code::method_not_allowed, "This path allows: " + allow + "."),
                               request.id);
    exchange->answer(std::move(reply).with("Allow", allow));
    return nullptr;
  }
  exchange->route = match.entry->route.pattern;
  path_values = std::move(match.path_values);
  return match.entry;
}

bool has_ticket(Streamed const& route, Request const& request) {
  auto const is_ticket = [&](auto const& item) { return item.first == route.ticket; };
  return !route.ticket.empty() &&
         std::any_of(request.query.begin(), request.query.end(), is_ticket);
}

/// HEAD is told what a stream would begin with.
void open(ExchangePtr const& exchange, Call const& call, Streamed const& route, log::Logger& log) {
  if (call.request().method == Method::head) return exchange->answer(stream_head());
  auto const stream = std::make_shared<Stream>(exchange, route.limits);
  try {
    route.open(call, stream);
  } catch (...) {
    stream->refuse(problem(std::current_exception(), call.request().id, log));
  }
}

void open_as_nobody(ExchangePtr const& exchange, Entry const& entry, Streamed const& route,
                    std::vector<std::string> path_values, log::Logger& log) {
  check_query(entry.route, exchange->request);
  Actor nobody{};
  nobody.now = exchange->request.received_at;
  Call const call(exchange->request, nobody, std::move(path_values), entry.path_names);
  open(exchange, call, route, log);
}

}  // namespace

class Api::Impl {
 public:
  Impl(std::vector<Route> routes, ApiParts const& parts, std::size_t workers,
       config::Limits const& limits)
      : pool_(parts.pool),
        keys_(parts.keys),
        log_(parts.log),
        router_(std::move(routes)),
        crossing_(workers, limits, parts.log, parts.metrics),
        key_lookups_(keys_, crossing_, parts.metrics),
        settling_(parts.stores, parts.committed),
        batching_(parts.pool, crossing_, limits, settling_, parts.log, parts.metrics),
        cached_reads_(parts, crossing_) {}

  void serve(ExchangePtr const& exchange) {
    auto const presented = presented_key(exchange->request);
    auto key = presented.empty() ? nullptr : keys_.cached(presented);
    if (key && cached_reads_.answer_at_once(exchange, *key)) return;
    std::vector<std::string> path_values;
    auto const* const entry = find_route(router_, exchange, path_values);
    if (entry == nullptr) return;
    if (auto const* const direct = std::get_if<Direct>(&entry->route.handler)) {
      check_query(entry->route, exchange->request);
      exchange->answer(direct->answer(exchange->request));
      return;
    }
    // Before a key is looked up or a body read: what can't be done costs next to nothing.
    if (is_full(entry->route)) {
      return exchange->answer(crossing_.refused(exchange->request.id));
    }
    auto const* const streamed = std::get_if<StreamedPtr>(&entry->route.handler);
    if (presented.empty() && streamed != nullptr && has_ticket(**streamed, exchange->request)) {
      return open_as_nobody(exchange, *entry, **streamed, std::move(path_values), log_);
    }
    if (presented.empty()) {
      throw Error(Code::unauthorized, "Send the API key as: Authorization: Bearer <key>.");
    }
    auto const visit = std::make_shared<Visit>(exchange, *entry, std::move(path_values));
    if (key) {
      visit->admit(std::move(key));
      return begin(visit);
    }
    key_lookups_.admit(visit, [this, visit] { begin(visit); });
  }

  void stop() {
    batching_.stop();
    crossing_.stop();
  }

 private:
  using BatchedPtr = std::shared_ptr<Batched const>;
  using StreamedPtr = std::shared_ptr<Streamed const>;

  /// Whether what would serve the route has no place for another request. A cached read may need
  /// none.
  bool is_full(Route const& route) const {
    if (std::holds_alternative<CachedRead>(route.handler)) return false;
    if (std::holds_alternative<StreamedPtr>(route.handler)) return false;
    return std::holds_alternative<BatchedPtr>(route.handler) ? batching_.full() : crossing_.full();
  }

  /// I/O thread, with the key known.
  void begin(VisitPtr const& visit) {
    auto const* const cached = std::get_if<CachedRead>(&visit->route().handler);
    try {
      if (auto const* const streamed = std::get_if<StreamedPtr>(&visit->route().handler))
        return open(visit->exchange(), visit->call(), **streamed, log_);
      if (cached == nullptr) {
        if (!crossing_.take_place(visit)) return;
        if (auto const* const batched = std::get_if<BatchedPtr>(&visit->route().handler))
          return batching_.begin(visit, *batched);
        return crossing_.to_worker(visit, [this, visit] { work(visit); });
      }
      std::make_shared<CachedReading>(cached_reads_, visit, *cached)->start();
    } catch (...) {
      crossing_.fail(visit, std::current_exception());
    }
  }

  /// Worker.
  void work(VisitPtr const& visit) {
    auto const& handler = visit->route().handler;
    if (auto const* const read = std::get_if<Read>(&handler)) {
      return visit->answer_from_worker(visit, run_read(pool_, *visit, *read));
    }
    auto written = run_write(pool_, *visit, std::get<Write>(handler), log_);
    if (!written.doubtful.empty()) settling_.doubt(written.doubtful);
    auto const held = written.reply.held;
    Answers answers;
    answers.emplace_back(visit, std::move(written.reply));
    if (held.count() == 0) return settling_.settle(std::move(written.commit), std::move(answers));
    visit->post_after(held, [this, commit = std::move(written.commit), answers]() mutable {
      settling_.settle(std::move(commit), std::move(answers));
    });
  }

  postgres::Pool& pool_;
  auth::Keys& keys_;
  log::Logger& log_;
  Router const router_;
  Crossing crossing_;
  KeyLookups key_lookups_;
  Settling settling_;
  Batching batching_;
  CachedReads cached_reads_;
};

Api::Api(std::vector<Route> routes, ApiParts parts, std::size_t workers,
         config::Limits const& limits)
    : impl_(std::make_unique<Impl>(std::move(routes), parts, workers, limits)) {}

Api::~Api() {
  stop();
}

void Api::serve(ExchangePtr const& exchange) {
  impl_->serve(exchange);
}

void Api::stop() {
  impl_->stop();
}

Handler serve_direct(std::vector<Route> routes) {
  auto const router = std::make_shared<Router const>(std::move(routes));
  return [router](ExchangePtr const& exchange) {
    std::vector<std::string> path_values;
    if (auto const* const entry = find_route(*router, exchange, path_values)) {
      exchange->answer(std::get<Direct>(entry->route.handler).answer(exchange->request));
    }
  };
}

}  // namespace throughline::http
