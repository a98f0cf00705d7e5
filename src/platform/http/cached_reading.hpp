// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One read that the cache may answer. The way of a hit: hint → entry → answer, all on the I/O
// thread. Whatever the cache cannot vouch for is read from PostgreSQL.
#pragma once

#include <memory>
#include <string>

#include "platform/http/cached_reads.hpp"

namespace throughline::http {

/// On the I/O thread unless a member says otherwise. Keeps itself alive until it has answered.
class CachedReading : public std::enable_shared_from_this<CachedReading> {
 public:
  CachedReading(CachedReads& reads, VisitPtr visit, CachedRead const& route);
  /// Throws what the route's name() throws.
  void start();

 private:
  enum class Then { look_in_cache, answer };

  Recall::Known find_name();
  void read(Then then);  // resolves the name on a worker, and for `answer` assembles as well
  bool vouched_by(cache::Document const& document) const;
  void look_in_cache();
  void found(cache::Found const& entry);
  void board();
  void fly();  // any thread; runs on a worker
  void landed(cache::Flights::Outcome const& outcome);
  void answer(cache::DocumentPtr const& document);

  TenantId tenant() const { return visit_->actor().tenant; }
  cache::Key entry_key() const { return {tenant(), place_.root}; }
  cache::Store& store() const { return reads_.store(visit_->thread()); }

  CachedReads& reads_;
  VisitPtr const visit_;
  CachedRead const& route_;
  Recall::Known known_;
  Place place_;
  std::string token_;  // the right to fill; empty without one
};

}  // namespace throughline::http
