// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What an operation reads, by PostgreSQL's own count: whatever its statements look like, a plan
// that walks or sorts a history shows as rows read.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "support/database.hpp"

namespace throughline::support {

/// By table; partitions count for their parent.
struct Reads {
  std::map<std::string, double> found;   // rows that indexes led to
  std::map<std::string, double> walked;  // rows of sequential scans

  double most() const;   // found in one table
  double walks() const;  // walked in all
  std::string text() const;
};

/// Runs `body` in a transaction of its own and counts what it read there.
Reads reads_of(Database& database, TenantId tenant, postgres::Mode mode,
               std::function<void(postgres::Tx&)> const& body);

}  // namespace throughline::support
