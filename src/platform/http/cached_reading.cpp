// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/cached_reading.hpp"

#include <algorithm>
#include <utility>

#include "platform/http/conditional.hpp"

namespace throughline::http {

namespace {

using Outcome = cache::Flights::Outcome;

/// Under which the hint from a name that no document lists (a case) to its part is kept.
std::string part_hint(std::string const& name) {
  return "part of " + name;
}

std::string customer_name(CustomerId id) {
  return "customer:" + id.str();
}

}  // namespace

CachedReads::CachedReads(ApiParts const& parts, Crossing& over)
    : pool(parts.pool),
      hints(parts.hints),
      flights(parts.flights),
      stores(parts.stores),
      crossing(over),
      from_cache(parts.metrics.counter("throughline_cached_reads_total",
                                       "Reads that the cache may answer, by who answered.",
                                       {{"from", "cache"}})),
      from_database(parts.metrics.counter("throughline_cached_reads_total",
                                          "Reads that the cache may answer, by who answered.",
                                          {{"from", "database"}})) {}

CachedReading::CachedReading(CachedReads& reads, VisitPtr visit, CachedRead const& route)
    : reads_(reads), visit_(std::move(visit)), route_(route) {}

void CachedReading::start() {
  name_ = route_.name(visit_->call());
  if (find_hint()) {
    look_in_cache();
  } else {
    read(Then::look_in_cache);
  }
}

bool CachedReading::find_hint() {
  listed_as_ = name_;
  if (reads_.hints.find(tenant(), name_, root_)) return true;
  CustomerId part;
  if (!reads_.hints.find(tenant(), part_hint(name_), part)) return false;
  listed_as_ = customer_name(part);
  return reads_.hints.find(tenant(), listed_as_, root_);
}

/// `answer` is for what the cache can't vouch for: name and document from one snapshot.
void CachedReading::read(Then then) {
  auto const self = shared_from_this();
  reads_.crossing.to_worker(visit_, [self, then] {
    Resolved where;
    cache::DocumentPtr document;
    auto const& call = self->visit_->call();
    self->reads_.pool.transact(postgres::Mode::read, self->tenant(), [&](postgres::Tx& tx) {
      where = self->route_.resolve(tx, call, self->name_);
      if (then == Then::answer) document = self->route_.assemble(tx, call, where.root);
    });
    self->visit_->post([self, where, document] {
      self->resolved(where);
      if (!document) return self->look_in_cache();
      self->reads_.from_database.add();
      self->answer(document);
    });
  });
}

void CachedReading::resolved(Resolved const& where) {
  root_ = where.root;
  listed_as_ = where.part ? customer_name(*where.part) : name_;
  if (where.part) reads_.hints.keep(tenant(), part_hint(name_), *where.part);
  reads_.hints.keep(tenant(), listed_as_, root_);
}

void CachedReading::look_in_cache() {
  store().get(entry_key(), [self = shared_from_this()](cache::Found const& entry) {
    try {
      self->found(entry);
    } catch (...) {
      self->reads_.crossing.fail(self->visit_, std::current_exception());
    }
  });
}

void CachedReading::found(cache::Found const& entry) {
  if (entry.kind != cache::Found::Kind::hit) {
    token_ = entry.token;
    return board();
  }
  if (!vouches(*entry.document)) return read(Then::answer);
  reads_.from_cache.add();
  answer(entry.document);
}

/// Joins those who are about to read the same document, or reads it for them.
void CachedReading::board() {
  auto const self = shared_from_this();
  auto const land = [self](Outcome const& outcome) {
    self->visit_->post([self, outcome] { self->landed(outcome); });
  };
  auto const role = reads_.flights.join(entry_key(), land, [self] { self->fly(); });
  if (role == cache::Flights::Role::leader) fly();
}

void CachedReading::fly() {
  auto const self = shared_from_this();
  auto const land = [self](Outcome const& outcome) {
    self->reads_.flights.land(self->entry_key(), outcome);
    self->visit_->post([self, outcome] { self->landed(outcome); });
  };
  reads_.crossing.to_worker(
      [self, land] {
        self->reads_.flights.take_off(self->entry_key());
        Outcome outcome;
        auto const read = [&](postgres::Tx& tx) {
          try {
            outcome.document = self->route_.assemble(tx, self->visit_->call(), self->root_);
          } catch (postgres::Retry const&) {
            // It is no root any more: everyone aboard has to find out where their name leads now.
            outcome.document.reset();
          }
        };
        self->reads_.pool.transact(postgres::Mode::read, self->tenant(), read);
        land(outcome);
      },
      [land](std::exception_ptr const& thrown) {
        land(Outcome{nullptr, thrown});
      });
}

void CachedReading::landed(Outcome const& outcome) {
  if (outcome.exception) return reads_.crossing.fail(visit_, outcome.exception);
  if (!outcome.document) return read(Then::answer);
  if (!token_.empty()) store().fill(entry_key(), token_, outcome.document);
  if (!vouches(*outcome.document)) return read(Then::answer);
  reads_.from_database.add();
  answer(outcome.document);
}

bool CachedReading::vouches(cache::Document const& document) const {
  auto const& names = document.answers_for;
  return std::find(names.begin(), names.end(), listed_as_) != names.end();
}

void CachedReading::answer(cache::DocumentPtr const& document) {
  Reply reply;
  reply.document = document;
  reply.headers.emplace_back("ETag", document->etag);
  reply.headers.emplace_back("Cache-Control", "private, no-cache");
  auto location = route_.location ? route_.location(visit_->call(), name_, root_) : std::string();
  if (!location.empty()) std::move(reply).with("Content-Location", std::move(location));
  visit_->answer(unless_held(visit_->request(), std::move(reply)));
}

}  // namespace throughline::http
