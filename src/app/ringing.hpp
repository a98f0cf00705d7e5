// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The sweeper of one instance: rings what is due, in the order in which it fell due.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <vector>

#include "throughline/base/time.hpp"
#include "throughline/domain/alarms.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::app {

/// What it works with. All of it outlives the Ringing.
struct RingingParts {
  postgres::Pool& pool;          // under server_role
  postgres::Pool& service_pool;  // looks over all tenants
  Clock const& clock;
  /// Tell the caches of what was committed, and of what may have been.
  std::function<void(postgres::Committed)> committed;
  std::function<void(std::span<postgres::Touched const>)> doubt;
  log::Logger& log;
  metrics::Registry& metrics;
};

class Ringing {
 public:
  Ringing(std::vector<alarms::Handler> handlers, RingingParts parts);

  /// Rings until nothing is due, looks_max looks at the most. Waits for PostgreSQL; where that is
  /// away, what is due stays so for the next time. By one thread at a time; does not throw.
  void ring();

  static constexpr int looks_max = 20;

 private:
  struct Of {
    alarms::Handler handler;
    metrics::Counter rung;
  };
  bool ring_group(alarms::Due const& due);
  void ring_alone(alarms::Due const& due);
  void ring_once(Of& of, TenantId tenant, std::span<alarms::Alarm const> alarms);
  void put_off(TenantId tenant, alarms::Alarm const& alarm, char const* reason);
  Actor actor(TenantId tenant) const;

  RingingParts const parts_;
  std::map<alarms::Kind, Of> handlers_;
  metrics::Histogram delay_;
};

}  // namespace throughline::app
