// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "locking.hpp"
#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::interactions {
namespace {

constexpr std::string_view uncertain = "possible";  // of a caller found by a stale telephone

struct Target {
  CustomerId root;
  std::string grade;
  std::string assurance;
};

/// The one customer that the subject leads to; where several, the one beside the caller's own part,
/// which may hold identifiers that it brought along.
Target target_of(postgres::Tx& tx, Actor const& actor, identity::Subject const& subject,
                 CustomerId own_root) {
  auto const found = identity::resolve(tx, actor, subject);
  bool const sure = !found.stale || found.root == own_root;
  if (found.root && sure) return {*found.root, found.grade, found.assurance};
  if (found.root) {
    std::array const possible{identity::Candidate{*found.root, found.grade}};
    throw identity::ambiguous_error(tx, possible);
  }
  if (found.decision == identity::Decision::none) {
    if (subject.customer) throw Error({FieldError{"/customer_id", "is no customer"}});
    throw Error(Code::not_found, "No customer is known by these identifiers.");
  }
  auto others = found.candidates;
  std::erase_if(others, [&](identity::Candidate const& one) { return one.customer == own_root; });
  if (others.size() != 1) throw identity::ambiguous_error(tx, found.candidates);
  return {others.front().customer, others.front().grade, found.assurance};
}

}  // namespace

void identify(postgres::Tx& tx, Actor const& actor, InteractionId id,
              identity::Subject const& subject) {
  Interaction value = get(tx, id);
  Target const target = target_of(tx, actor, subject, value.root);
  std::array const both{value.part, target.root};
  auto locked = parts::lock(tx, actor, both);
  value = get(tx, id);
  if (target_of(tx, actor, subject, value.root).root != target.root) throw postgres::Retry{};

  identity::Facts facts;
  bool const joined = identity::join(tx, actor, locked, value.part, target.root, id, facts);
  bool const surer = value.grade == uncertain && target.grade != uncertain;
  if (!joined && !surer && value.candidates.empty()) return;
  if (surer) identity::confirm_seen(tx, actor, locked, value.part);
  value.decision = identity::name(identity::Decision::matched);
  value.grade = target.grade;
  value.assurance = target.assurance;
  value.candidates.clear();
  value.version += 1;
  store::save(tx, value);
  facts.timeline.push_back({value.part, actor.now, timeline::Kind::interaction, "identified",
                            id.value, value.channel, value.case_id, id});
  facts.changes.push_back(
      {changes::Type::interaction_identified, value.part, id.value, {}, value.agent});
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, actor, locked, facts.changes);
}

}  // namespace throughline::interactions
