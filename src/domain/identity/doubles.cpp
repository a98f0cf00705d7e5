// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A customer who is known by a key, and may be somebody else who is known, too.
#include <algorithm>
#include <array>

#include "domain/identity/raised.hpp"

namespace throughline::identity {
namespace {

likeness::Record const& said_by(Known const& customer, CustomerId part) {
  auto const place = std::find(customer.parts.begin(), customer.parts.end(), part);
  return customer.records[static_cast<std::size_t>(place - customer.parts.begin())];
}

}  // namespace

std::optional<MatchId> ask_about_doubles(postgres::Tx& tx, Actor const& actor,
                                         Settings const& settings, parts::Locked& locked,
                                         CustomerId part, Facts& facts) {
  CustomerId const own = locked.root(part).id;
  auto const self = read_known(tx, settings, actor.now, std::array{own}).front();
  auto const& record = said_by(self, part);
  auto const asked_basis = store::ask_basis(tx);
  auto hits = store::read_hits(store::ask_hits(tx, likeness::keys(record)));
  auto const basis = store::read_basis(asked_basis);
  std::erase(hits.roots, own);
  auto const known = read_known(tx, settings, actor.now, hits.roots);
  std::vector<CustomerId> vetoed;
  for (Known const& other : known) {
    if (exclude_each_other(settings, self, other)) vetoed.push_back(other.root);
  }
  auto const finding = find_doubles(record, known, judge(record, known, vetoed, settings, basis));
  if (finding.decision != Decision::review) return std::nullopt;
  return matches::raise(tx, actor, locked, question_of(part, finding, basis), facts);
}

}  // namespace throughline::identity
