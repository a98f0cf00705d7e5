// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A merge by a person.
#include "domain/merges/asking.hpp"

#include <array>

#include "throughline/base/error.hpp"

namespace throughline::merges {

parts::Locked lock_asked(postgres::Tx& tx, Actor const& actor, Asked const& asked) {
  auto locked = parts::lock(tx, actor, std::array{asked.customer, asked.with});
  if (!locked.has(asked.customer)) {
    throw Error(Code::not_found, "There is no customer with this id.");
  }
  if (!locked.has(asked.with)) throw Error({FieldError{"/with", "is no customer"}});
  return locked;
}

Link link_of(Asked const& asked) {
  Link link;
  link.one = asked.customer;
  link.other = asked.with;
  link.rule = "person";
  link.reason = asked.reason;
  link.agent = asked.agent;
  return link;
}

std::optional<Merged> merge(postgres::Tx& tx, Actor const& actor, Asked const& asked) {
  auto locked = lock_asked(tx, actor, asked);
  Facts facts;
  auto const merged = merge(tx, actor, locked, link_of(asked), facts);
  if (!merged) return std::nullopt;
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, actor, locked, facts.changes);
  return merged;
}

}  // namespace throughline::merges
