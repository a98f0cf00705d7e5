// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Customers that are joined and come apart, each call as a request would make it.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "domain/identity/world.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/merges.hpp"

namespace throughline::test {

class People : public World {
 public:
  using World::World;

  /// A second later than anybody before; so the order of calls is the order of age.
  CustomerId person(std::string const& name) {
    actor.now += std::chrono::seconds(1);
    auto const id = customer({email(name + "@x.com")});
    name_them(id, name);
    return id;
  }
  void name_them(CustomerId id, std::string const& name) {
    customers::Patch change;
    change.display_name.emplace(name);
    patch(id, change);
  }
  std::optional<merges::Merged> merge(CustomerId one, CustomerId other) {
    actor.now += std::chrono::seconds(1);
    return write([&](postgres::Tx& tx) {
      return merges::merge(tx, actor,
                           {one, other, "they say so", Agent{"human", "anna", {}, {}, {}}});
    });
  }
  MergeId joined(CustomerId one, CustomerId other) { return merge(one, other).value().id; }
  merges::Undone undo(merges::Undo const& asked) {
    actor.now += std::chrono::seconds(1);
    return write([&](postgres::Tx& tx) { return merges::undo(tx, actor, asked); });
  }
  merges::Undone undo(MergeId id) { return undo({id, merges::Undo::How::merge, {}, "", {}}); }
  merges::Undone undo_tree(MergeId id) { return undo({id, merges::Undo::How::tree, {}, "", {}}); }
  merges::Undone undo_parts(MergeId id, std::vector<CustomerId> leaving) {
    return undo({id, merges::Undo::How::parts, std::move(leaving), "", {}});
  }
  CustomerId root(CustomerId part) {
    return read([&](postgres::Tx& tx) { return parts::root_of(tx, part).value(); });
  }
  bool one_person(CustomerId one, CustomerId other) { return root(one) == root(other); }
  bool parted(CustomerId one, CustomerId other) {
    return read([&](postgres::Tx& tx) {
      return merges::parted(tx, std::array{root(one)}, std::array{root(other)});
    });
  }

  InteractionId call(CustomerId who, std::optional<CaseId> about = {}) {
    interactions::Start start;
    start.channel = "voice";
    start.direction = "inbound";
    start.subject.customer = who;
    start.case_id = about;
    return write([&](postgres::Tx& tx) { return interactions::start(tx, actor, start).id; });
  }
  CaseId open_case(CustomerId whose) {
    cases::Open open;
    open.customer = whose;
    open.subject = "A lamp";
    return write([&](postgres::Tx& tx) { return cases::open(tx, actor, open).id; });
  }
  interactions::Interaction interaction(InteractionId id) {
    return read([&](postgres::Tx& tx) { return interactions::get(tx, id); });
  }
};

}  // namespace throughline::test
