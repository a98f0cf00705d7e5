// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A customer comes apart again.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "domain/merges/graph.hpp"
#include "domain/merges/store.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/customers.hpp"
#include "throughline/domain/merges.hpp"

namespace throughline::merges {
namespace {

/// The customer that the merge stands in, whole.
struct Whole {
  CustomerId root;
  std::vector<CustomerId> parts;  // oldest first
  std::vector<store::Standing> standing;

  std::vector<Edge> links() const {
    std::vector<Edge> edges;
    for (auto const& link : standing) edges.push_back(link.edge);
    return edges;
  }
  /// When the oldest of the links that are cut had been made.
  Timestamp since(std::vector<Edge> const& cut) const {
    auto const oldest = std::find_if(standing.begin(), standing.end(), [&](auto const& link) {
      return std::any_of(cut.begin(), cut.end(),
                         [&](Edge const& gone) { return gone.id == link.edge.id; });
    });
    return oldest->at;
  }
};

void check_leaving(Whole const& whole, std::span<CustomerId const> leaving) {
  std::vector<FieldError> wrong;
  for (std::size_t i = 0; i < leaving.size(); ++i) {
    if (std::find(whole.parts.begin(), whole.parts.end(), leaving[i]) != whole.parts.end())
      continue;
    wrong.push_back({"/parts/" + std::to_string(i), "is no part of this customer"});
  }
  if (!wrong.empty()) throw Error(std::move(wrong));
  if (std::set(leaving.begin(), leaving.end()).size() == whole.parts.size()) {
    throw Error({FieldError{"/parts", "must leave at least one part behind"}});
  }
}

Cut plan(Whole const& whole, Undo const& asked) {
  auto const links = whole.links();
  switch (asked.how) {
    case Undo::How::merge:
      break;
    case Undo::How::parts:
      check_leaving(whole, asked.parts);
      return cut_parts(whole.parts, links, asked.parts);
    case Undo::How::tree:
      return cut_tree(whole.parts, links, asked.merge);
  }
  return cut_link(whole.parts, links, asked.merge);
}

/// What holds a side together whose middle has left.
void keep_together(postgres::Tx& tx, Actor const& actor, parts::Locked const& locked,
                   Undo const& asked, Cut const& cut) {
  for (auto const& [one, other] : cut.kept) {
    Link link;
    link.one = one;
    link.other = other;
    link.rule = "kept";
    link.reason = asked.reason;
    link.agent = asked.agent;
    Merged const merged{MergeId::make(actor.now), locked.root(one).id, one};
    store::insert(tx, actor, {merged, &link, {}});
  }
}

void remember(postgres::Tx& tx, Actor const& actor, parts::Locked const& locked, Undo const& asked,
              Cut const& cut, UndoId id) {
  for (Edge const& link : cut.links) {
    Parting parting;
    parting.one = link.one;
    parting.other = link.other;
    parting.source = "undo";
    parting.reason = asked.reason;
    parting.agent = asked.agent;
    parting.undo = id;
    parting.merge = link.id;
    part(tx, actor, locked, std::move(parting));
  }
}

changes::Change change_of(Unlinked const& link) {
  if (link.type == "warning") {
    return {changes::Type::warning_cleared, link.part, link.id, {"repeat_contact"}, std::nullopt};
  }
  auto type = changes::Type::note_updated;
  if (link.type == "interaction") type = changes::Type::interaction_updated;
  if (link.type == "event") type = changes::Type::event_updated;
  if (link.type == "commitment") type = changes::Type::commitment_updated;
  if (link.type == "handoff") type = changes::Type::handoff_updated;
  return {type, link.part, link.id, {link.field}, std::nullopt};
}

void tell(Actor const& actor, Undo const& asked, Cut const& cut, UndoId id,
          std::span<Unlinked const> unlinked, Facts& facts) {
  for (Unlinked const& link : unlinked) facts.changes.push_back(change_of(link));
  for (Group const& group : cut.groups) {
    facts.changes.push_back(
        {changes::Type::customer_parted, group.front(), id.value, {}, asked.agent});
    timeline::Entry entry{};
    entry.part = group.front();
    entry.at = actor.now;
    entry.kind = timeline::Kind::identity;
    entry.fact = "parted";
    entry.resource = id.value;
    facts.timeline.push_back(std::move(entry));
  }
}

std::vector<CustomerId> roots_of(Cut const& cut) {
  std::vector<CustomerId> roots;
  for (Group const& group : cut.groups) roots.push_back(group.front());
  return roots;
}

/// Everything but the look that came before it.
UndoId come_apart(postgres::Tx& tx, Actor const& actor, parts::Locked& locked, Undo const& asked,
                  Whole const& whole, Facts& facts) {
  Cut const cut = plan(whole, asked);
  auto const id = UndoId::make(actor.now);
  auto const roots = roots_of(cut);
  auto const unlinked = store::unlink(tx, cut.groups);
  store::insert(tx, actor,
                {id, &asked, whole.root, roots, whole.since(cut.links), cut.links, unlinked});
  parts::split(tx, actor, locked, whole.root, cut.groups);
  customers::split(tx, cut.groups);
  keep_together(tx, actor, locked, asked, cut);
  remember(tx, actor, locked, asked, cut, id);
  tell(actor, asked, cut, id, unlinked, facts);
  for (auto const& [match, part] : store::settle_matches(tx, actor, cut)) {
    facts.changes.push_back({changes::Type::match_raised, part, match.value, {}, std::nullopt});
  }
  return id;
}

store::Named named(postgres::Tx& tx, MergeId id) {
  auto const found = store::find(tx, id);
  if (!found) throw Error(Code::not_found, "There is no such merge.");
  return *found;
}

}  // namespace

std::string_view name(Undo::How how) {
  switch (how) {
    case Undo::How::merge:
      return "merge";
    case Undo::How::parts:
      return "parts";
    case Undo::How::tree:
      return "tree";
  }
  return "merge";
}

Undone undo(postgres::Tx& tx, Actor const& actor, Undo const& asked) {
  auto const before = named(tx, asked.merge);
  auto locked = parts::lock(tx, actor, std::array{before.one, before.other});
  Facts facts;
  auto const undone = undo(tx, actor, locked, asked, facts);
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, actor, locked, facts.changes);
  return undone;
}

Undone undo(postgres::Tx& tx, Actor const& actor, parts::Locked& locked, Undo const& asked,
            Facts& facts) {
  auto const merge = named(tx, asked.merge);
  if (merge.undo && asked.how == Undo::How::parts) {
    throw Error(Code::conflict,
                "This merge was undone before, so it names no customer; name one that stands.");
  }
  if (merge.undo) return {*merge.undo, false};
  Whole whole;
  whole.root = locked.root(merge.one).id;
  whole.parts = parts::members(tx, whole.root);
  whole.standing = store::standing(tx, whole.parts);
  return {come_apart(tx, actor, locked, asked, whole, facts), true};
}

}  // namespace throughline::merges
