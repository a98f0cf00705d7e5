// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A tenant whose feed a test writes and reads.
#pragma once

#include <functional>
#include <vector>

#include "support/database.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/parts.hpp"

namespace throughline::support {

class Feed {
 public:
  Actor actor(std::chrono::seconds later = std::chrono::seconds(0)) const;
  TenantId tenant() const { return tenant_; }
  Database& database() { return database_; }
  changes::Horizon& horizon() { return horizon_; }

  std::vector<postgres::Touched> write(std::function<void(postgres::Tx&)> const& body);
  /// A customer, with the fact that it was created.
  CustomerId make(std::chrono::seconds later = std::chrono::seconds(0));
  /// One more fact of a customer.
  void record(CustomerId part, changes::Type type = changes::Type::event_recorded);

  changes::Batch read(changes::Query const& query);
  /// Reads from the first fact on until every committed one is shown: transaction ids belong to the
  /// whole server, so somebody else's transaction may hold the feed back for a moment.
  std::vector<changes::Item> read_all();
  /// Positions of all committed facts, as the table has them.
  std::vector<std::int64_t> committed();

 private:
  Database database_;
  TenantId tenant_ = database_.make_tenant();
  changes::Horizon horizon_;
};

}  // namespace throughline::support
