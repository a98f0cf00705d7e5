// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One tenant at work, for tests of operations: each call runs in a transaction of its own, as a
// request would.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/database.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/alarms.hpp"
#include "throughline/domain/interactions.hpp"

namespace throughline::support {

struct Desk {
  Database database;
  TenantId tenant = database.make_tenant("US");
  Actor actor = database.actor(tenant);

  /// Commits what `body` did and returns its result.
  template <class Body>
  auto write(Body body) {
    return run(postgres::Mode::write, body);
  }
  template <class Body>
  auto read(Body body) {
    return run(postgres::Mode::read, body);
  }

  /// A caller with this phone number; a new one is a new customer.
  InteractionId call_from(std::string const& phone, std::string const& channel = "voice");
  /// Who the interaction is with now.
  CustomerId customer_of(InteractionId id);

  /// "case.updated subject,status": the facts recorded for the tenant so far, in order.
  std::vector<std::string> facts();
  /// "note added": the timeline's entries, oldest first.
  std::vector<std::string> entries();
  /// Commits what this handler's alarms have come to by actor.now; how many rang.
  std::size_t ring(alarms::Handler const& handler);
  /// "case_aged 2026-11-28T08:00:00.000000Z": the alarms that are set, soonest first.
  std::vector<std::string> alarms_set();
  /// How often a text stands in what must hold none: changes and timeline.
  std::int64_t leaks_of(std::string const& text);

 private:
  template <class Body>
  auto run(postgres::Mode mode, Body body) {
    using Result = std::invoke_result_t<Body, postgres::Tx&>;
    if constexpr (std::is_void_v<Result>) {
      database.pool().transact(mode, actor.tenant, body);
    } else {
      std::optional<Result> result;
      database.pool().transact(mode, actor.tenant,
                               [&](postgres::Tx& tx) { result.emplace(body(tx)); });
      return std::move(*result);
    }
  }
};

/// What an operation ended with, told as "not_found" or "invalid /text ?limit"; "nothing" if it did
/// not throw.
std::string error_of(std::function<void()> const& operation);

identity::Identifier phone(std::string const& number);
identity::Identifier email(std::string const& address);

}  // namespace throughline::support
