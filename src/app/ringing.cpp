// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/ringing.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "throughline/base/error.hpp"

namespace throughline::app {

Ringing::Ringing(std::vector<alarms::Handler> handlers, RingingParts parts)
    : parts_(std::move(parts)),
      delay_(parts_.metrics.histogram(
          "throughline_alarm_delay_seconds",
          "From the moment that something fell due until it was a committed fact.")) {
  for (auto& handler : handlers) {
    auto rung = parts_.metrics.counter("throughline_alarms_rung_total",
                                       "Moments that came: what fell due, by kind.",
                                       {{"kind", std::string(alarms::name(handler.kind))}});
    handlers_.emplace(handler.kind, Of{std::move(handler), rung});
  }
}

void Ringing::ring() {
  try {
    for (int look = 0; look < looks_max; ++look) {
      std::vector<alarms::Due> groups;
      parts_.service_pool.transact(postgres::Mode::read, TenantId{}, [&](postgres::Tx& tx) {
        groups = alarms::due(tx, parts_.clock.now());
      });
      bool some = false;
      for (auto const& group : groups) some = ring_group(group) || some;
      if (!some) return;
    }
  } catch (Error const& away) {
    parts_.log.warning("alarms_not_rung", {{"reason", away.what()}});
  } catch (std::exception const& failure) {
    parts_.log.error("alarms_not_rung", {{"reason", failure.what()}});
  }
}

/// Whether it tried. Throws what says that PostgreSQL is away or too busy: nobody is to blame.
bool Ringing::ring_group(alarms::Due const& due) {
  auto const of = handlers_.find(due.kind);
  if (of == handlers_.end()) return false;
  try {
    ring_once(of->second, due.tenant, due.alarms);
  } catch (postgres::InDoubt const& lost) {
    parts_.doubt(lost.touched);
    throw;
  } catch (Error const& refused) {
    if (refused.code() == Code::unavailable) throw;
    ring_alone(due);
  } catch (std::exception const&) {
    ring_alone(due);
  }
  return true;
}

/// One of them can't be rung: the others can.
void Ringing::ring_alone(alarms::Due const& due) {
  for (auto const& alarm : due.alarms) {
    try {
      ring_once(handlers_.at(due.kind), due.tenant, {&alarm, 1});
    } catch (postgres::InDoubt const& lost) {
      parts_.doubt(lost.touched);
      throw;
    } catch (std::exception const& failure) {
      put_off(due.tenant, alarm, failure.what());
    }
  }
}

void Ringing::ring_once(Of& of, TenantId tenant, std::span<alarms::Alarm const> alarms) {
  std::size_t rung = 0;
  parts_.committed(parts_.pool.transact(postgres::Mode::write, tenant, [&](postgres::Tx& tx) {
    rung = alarms::ring(tx, actor(tenant), of.handler, alarms);
  }));
  if (rung == 0) return;  // another instance was here
  of.rung.add(static_cast<double>(rung));
  for (auto const& alarm : alarms) {
    delay_.observe(std::chrono::duration<double>(parts_.clock.now() - alarm.at).count());
  }
}

void Ringing::put_off(TenantId tenant, alarms::Alarm const& alarm, char const* reason) {
  parts_.log.error("alarm_failed", {{"kind", std::string(alarms::name(alarm.kind))},
                                    {"resource", to_string(alarm.resource)},
                                    {"reason", reason}});
  parts_.pool.transact(postgres::Mode::write, tenant,
                       [&](postgres::Tx& tx) { alarms::postpone(tx, actor(tenant), alarm); });
}

Actor Ringing::actor(TenantId tenant) const {
  Actor server;
  server.tenant = tenant;
  server.now = parts_.clock.now();
  return server;
}

}  // namespace throughline::app
