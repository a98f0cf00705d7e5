// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A tenant with enough rows for the planner to mean what it says: twenty thousand customers, and
// one with a history of thousands in every table that can have one.
#pragma once

#include "support/database.hpp"

namespace throughline::support {

inline constexpr int customers = 20'000;
inline constexpr int history = 4'000;  // of the one: interactions, cases, notes, messages each

struct History {
  Database database{Database::Kind::fresh};  // the statistics are its own
  TenantId tenant = database.make_tenant("US");
  Actor actor = database.actor(tenant);
  /// Of the customer with the history.
  CustomerId customer;
  InteractionId interaction;  // with all the messages
  CaseId case_id;             // with all the notes
  static constexpr char const* phone = "+12122000001";

  History();
};

}  // namespace throughline::support
