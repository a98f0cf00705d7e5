// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/cached_reading.hpp"

#include <utility>

namespace throughline::http {

using Outcome = cache::Flights::Outcome;

CachedReading::CachedReading(CachedReads& reads, VisitPtr visit, CachedRead const& route)
    : reads_(reads), visit_(std::move(visit)), route_(route) {}

void CachedReading::start() {
  known_ = find_name();
  if (reads_.locate(tenant(), known_.name, place_)) {
    look_in_cache();
  } else {
    read(Then::look_in_cache);
  }
}

Recall::Known CachedReading::find_name() {
  auto const& request = visit_->request();
  auto const find = [&] {
    auto const& call = visit_->call();
    return Recall::Known{&visit_->entry(), route_.name(call),
                         route_.view ? route_.view(call) : nullptr};
  };
  if (request.method != Method::get || !request.body.empty()) return find();
  auto& recall = reads_.recall(visit_->thread());
  if (auto const* known = recall.find(visit_->key(), request)) return *known;
  auto known = find();
  recall.keep(visit_->key(), request, known);
  return known;
}

/// `answer` is for what the cache can't vouch for: name and document from one snapshot.
void CachedReading::read(Then then) {
  auto const self = shared_from_this();
  if (!reads_.crossing.take_place(visit_)) return;
  reads_.crossing.to_worker(visit_, [self, then] {
    Resolved where;
    cache::DocumentPtr document;
    auto const& call = self->visit_->call();
    self->reads_.pool.transact(postgres::Mode::read, self->tenant(), [&](postgres::Tx& tx) {
      where = self->route_.resolve(tx, call, self->known_.name);
      if (then == Then::answer) document = self->route_.assemble(tx, call, where.root);
    });
    self->visit_->post([self, where, document] {
      self->place_ = self->reads_.keep(self->tenant(), self->known_.name, where);
      if (!document) return self->look_in_cache();
      self->reads_.from_database.add();
      self->answer(document);
    });
  });
}

bool CachedReading::vouched_by(cache::Document const& document) const {
  return place_.vouched_by(document, known_.name, visit_->key().settings_version);
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
  if (!vouched_by(*entry.document)) return read(Then::answer);
  reads_.from_cache.add();
  answer(entry.document);
}

/// Joins those who are about to read the same document, or reads it for them.
void CachedReading::board() {
  auto const self = shared_from_this();
  if (!reads_.crossing.take_place(visit_)) return;
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
            outcome.document = self->route_.assemble(tx, self->visit_->call(), self->place_.root);
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
  if (!vouched_by(*outcome.document)) return read(Then::answer);
  reads_.from_database.add();
  answer(outcome.document);
}

void CachedReading::answer(cache::DocumentPtr const& document) {
  visit_->answer(reply_with(route_, visit_->request(), known_, place_.root, document));
}

}  // namespace throughline::http
