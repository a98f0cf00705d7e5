// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What the reads that a cache may answer share, and the shortest way to such an answer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "platform/http/dispatch.hpp"
#include "platform/http/recall.hpp"
#include "throughline/platform/http_api.hpp"

namespace throughline::http {

/// Where a name leads, as last heard: to be believed only if the document found there vouches.
struct Place {
  CustomerId root;
  std::string part_name;  // set if the document lists this instead of the name
  /// Whether the document answers for the name that led here, still, and under these settings.
  bool vouched_by(cache::Document const& document, std::string const& name,
                  std::int64_t settings_version) const;
};

/// Outlives its readings.
class CachedReads {
 public:
  CachedReads(ApiParts const& parts, Crossing& over);

  /// I/O thread. Answers a GET that this thread has seen before if the document is at hand: no
  /// other thread, no transaction, no copy. It is over at once and so takes no place among its
  /// key's requests in flight. False, with nothing done, wherever anything else is due.
  bool answer_at_once(ExchangePtr const& exchange, auth::Key const& key);

  /// Any thread. False if nothing is known.
  bool locate(TenantId tenant, std::string const& name, Place& place) const;
  Place keep(TenantId tenant, std::string const& name, Resolved const& where);
  /// I/O thread.
  Recall& recall(std::size_t thread) { return *recalls_[thread]; }
  cache::Store& store(std::size_t thread) const { return *stores_[thread]; }

  postgres::Pool& pool;
  cache::Flights& flights;
  Crossing& crossing;
  metrics::Counter from_cache;
  metrics::Counter from_database;

 private:
  cache::Hints& hints_;
  std::vector<std::shared_ptr<cache::Store>> const stores_;
  std::vector<std::unique_ptr<Recall>> recalls_;  // one per I/O thread
};

/// The answer that a document is, or 304 if the caller holds it; in the view that `known` names,
/// which is made only where it is sent.
Reply reply_with(CachedRead const& route, Request const& request, Recall::Known const& known,
                 CustomerId root, cache::DocumentPtr document);

}  // namespace throughline::http
