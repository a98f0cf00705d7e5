// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/routes.hpp"

#include <chrono>
#include <iterator>
#include <memory>

#include "app/openapi.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/commitments.hpp"
#include "throughline/domain/context.hpp"
#include "throughline/domain/events.hpp"
#include "throughline/domain/handoffs.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/domain/identity_settings.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/interactions_presence.hpp"
#include "throughline/domain/matches.hpp"
#include "throughline/domain/merges.hpp"
#include "throughline/domain/notes.hpp"
#include "throughline/domain/settings.hpp"
#include "throughline/domain/sla.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/domain/warnings.hpp"

namespace throughline::app {

namespace {

void append(std::vector<http::Route>& all, std::vector<http::Route> module) {
  all.insert(all.end(), std::make_move_iterator(module.begin()),
             std::make_move_iterator(module.end()));
}

std::shared_ptr<changes::Horizon> make_horizon(metrics::Registry& metrics) {
  auto horizon = std::make_shared<changes::Horizon>();
  auto gauge = metrics.gauge("throughline_feed_trails_seconds",
                             "By how much the change feed trailed when it was last read.");
  metrics.on_render([horizon, gauge]() mutable {
    gauge.set(std::chrono::duration<double>(horizon->trails()).count());
  });
  return horizon;
}

}  // namespace

std::vector<http::Route> routes(metrics::Registry& metrics) {
  std::vector<http::Route> all;
  append(all, interactions::routes());
  append(all, context::routes());
  append(all, cases::routes());
  append(all, notes::routes());
  append(all, commitments::routes());
  append(all, sla::routes());
  append(all, handoffs::routes());
  append(all, identity::routes());
  append(all, merges::routes());
  append(all, matches::routes());
  append(all, timeline::routes());
  append(all, events::routes());
  append(all, changes::routes(make_horizon(metrics)));
  append(all, settings::routes({identity::settings_section(), interactions::presence_section(),
                                warnings::settings_section(), sla::settings_section()}));
  return all;
}

std::vector<http::Route> service_routes(Readiness const& readiness) {
  auto const document = std::make_shared<cache::Document>();
  document->body = openapi_json();
  http::Direct const health{
      [](http::Request const&) { return http::Reply::json(R"({"status":"alive"})"); }};
  http::Direct const ready{[&readiness](http::Request const&) { return readiness.answer(); }};
  http::Direct const openapi{[document](http::Request const&) {
    http::Reply reply;
    reply.document = document;
    return reply;
  }};
  return {{http::Method::get, "/healthz", Scope::none, {}, health},
          {http::Method::get, "/readyz", Scope::none, {}, ready},
          {http::Method::get, "/openapi.json", Scope::none, {}, openapi}};
}

}  // namespace throughline::app
