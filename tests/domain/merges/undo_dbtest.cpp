// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A customer comes apart again, in three ways.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "domain/merges/people.hpp"

using namespace throughline;
using namespace throughline::test;

namespace {

/// Five who became one in a row: a-b, c-d, b-c, d-e.
struct Chain : People {
  explicit Chain(support::Database& database) : People(database) {
    for (auto const name : {"a", "b", "c", "d", "e"}) all.push_back(person(name));
    ab = joined(all[0], all[1]);
    cd = joined(all[2], all[3]);
    bc = joined(all[1], all[2]);
    de = joined(all[3], all[4]);
  }
  /// "ab cde": who is one with whom.
  std::string shown() {
    std::map<CustomerId, std::string> groups;
    for (std::size_t i = 0; i < all.size(); ++i) {
      groups[root(all[i])] += static_cast<char>('a' + i);
    }
    std::set<std::string> sorted;
    for (auto const& [id, members] : groups) {
      CHECK(id == all[static_cast<std::size_t>(members[0] - 'a')]);  // the oldest is the root
      sorted.insert(members);
    }
    std::string text;
    for (auto const& members : sorted) text += (text.empty() ? "" : " ") + members;
    return text;
  }
  std::int64_t standing() {
    return number("select count(*) from merges where tenant_id = $1 and undone_at is null");
  }
  std::vector<CustomerId> all;
  MergeId ab, cd, bc, de;
};

}  // namespace

TEST_CASE("undo: a link is cut, and what was joined later stays with its side") {
  support::Database database;
  Chain chain(database);
  REQUIRE(chain.shown() == "abcde");
  CHECK(chain.undo(chain.bc).parted);
  CHECK(chain.shown() == "ab cde");
  CHECK(chain.undo(chain.cd).parted);
  CHECK(chain.shown() == "ab c de");
  CHECK(chain.standing() == 2);
  CHECK(chain.parted(chain.all[0], chain.all[2]));
  CHECK(chain.parted(chain.all[2], chain.all[4]));
  CHECK_FALSE(chain.parted(chain.all[0], chain.all[4]));
}

TEST_CASE("undo: as a tree, with the merges that it was built of") {
  support::Database database;
  Chain chain(database);
  chain.undo_tree(chain.bc);
  CHECK(chain.shown() == "a b c de");
  CHECK(chain.standing() == 1);
  Chain whole(database);
  whole.undo_tree(whole.de);
  CHECK(whole.shown() == "a b c d e");
  Chain leaf(database);
  leaf.undo_tree(leaf.ab);
  CHECK(leaf.shown() == "a bcde");
}

TEST_CASE("undo: chosen parts leave together, the rest stays one") {
  support::Database database;
  Chain chain(database);
  chain.undo_parts(chain.ab, {chain.all[1], chain.all[3]});
  CHECK(chain.shown() == "ace bd");
  CHECK(chain.standing() == 3);
  CHECK(chain.number("select count(*) from merges where tenant_id = $1 and rule = 'kept'") == 3);

  // The root may be the one that leaves.
  chain.undo_parts(chain.joined(chain.all[0], chain.all[1]), {chain.all[0]});
  CHECK(chain.shown() == "a bcde");
  CHECK(chain.standing() == 3);
}

TEST_CASE("undo: once, and not what does not exist") {
  support::Database database;
  Chain chain(database);
  auto const first = chain.undo(chain.bc);
  auto const version = chain.version(chain.all[0]);
  auto const again = chain.undo(chain.bc);
  CHECK_FALSE(again.parted);
  CHECK(again.id == first.id);
  CHECK_FALSE(chain.undo_tree(chain.bc).parted);
  CHECK(chain.version(chain.all[0]) == version);
  CHECK(code_of([&] { chain.undo_parts(chain.bc, {chain.all[1]}); }) == Code::conflict);
  CHECK(code_of([&] { chain.undo(MergeId::make(chain.actor.now)); }) == Code::not_found);
}

TEST_CASE("undo: parts must be this customer's, and not all of them") {
  support::Database database;
  Chain chain(database);
  auto const stranger = chain.person("stranger");
  CHECK(code_of([&] { chain.undo_parts(chain.bc, {chain.all[1], stranger}); }) == Code::invalid);
  CHECK(code_of([&] { chain.undo_parts(chain.bc, chain.all); }) == Code::invalid);
  CHECK(chain.shown() == "abcde");
}

TEST_CASE("undo: versions rise above all that were involved, on both sides") {
  support::Database database;
  People people(database);
  auto const old = people.person("old");
  auto const young = people.person("young");
  for (int i = 0; i < 5; ++i) people.name_them(young, "young " + std::to_string(i));
  auto const merge = people.joined(old, young);
  for (int i = 0; i < 3; ++i) people.name_them(old, "old " + std::to_string(i));
  auto const before = people.version(old);
  auto const own = people.get(old).version;
  people.undo(merge);
  CHECK(people.version(old) > before);
  CHECK(people.version(young) > before);
  CHECK(people.get(old).version > own);
  CHECK(people.get(young).version > own);
  CHECK(people.facts(old).back() == "customer.parted");
  CHECK(people.facts(young).back() == "customer.parted");
  CHECK(people.number("select count(*) from changes where tenant_id = $1 and type ="
                      " 'customer.parted' and root_id = part_id") == 2);
}

TEST_CASE("undo: fields and identifiers are those of the parts again") {
  support::Database database;
  People people(database);
  auto const old = people.person("Old");
  auto const young = people.person("Young");
  auto const merge = people.joined(old, young);
  CHECK(people.get(old).display_name == "Young");
  people.actor.now += std::chrono::seconds(1);
  people.name_them(old, "Together");
  people.attach(old, email("together@x.com"));
  people.attach(young, email("second@x.com"));
  CHECK(people.get(young).display_name == "Together");
  people.undo(merge);
  CHECK(people.get(old).display_name == "Together");
  CHECK(people.get(young).display_name == "Young");
  CHECK(people.get(young).id == young);
  CHECK_FALSE(people.get(young).merged_from);
  CHECK(people.resolve({email("together@x.com")}).root == old);
  CHECK(people.resolve({email("second@x.com")}).root == young);
  CHECK(people.resolve({email("young@x.com")}).root == young);
}

TEST_CASE("undo: what was cleared on the joined customer comes back to whose it was") {
  support::Database database;
  People people(database);
  auto const old = people.person("Old");
  auto const young = people.person("Young");
  customers::Patch known;
  known.tier.emplace("gold");
  known.profile = R"({"given_name": "Bea", "city": "Bonn"})";
  people.patch(young, known);
  auto const merge = people.joined(old, young);
  people.actor.now += std::chrono::seconds(1);
  customers::Patch clearing;
  clearing.display_name.emplace();
  clearing.tier.emplace();
  clearing.profile = R"({"given_name": null, "city": null})";
  people.patch(old, clearing);
  CHECK(people.get(young).display_name == "");
  CHECK(people.get(young).profile == "{}");
  people.actor.now += std::chrono::seconds(1);
  customers::Patch again;
  again.tier.emplace("silver");
  people.patch(young, again);
  people.undo(merge);
  auto const apart = people.get(young);
  CHECK(apart.display_name == "Young");
  CHECK(apart.tier == "silver");
  CHECK(apart.profile == R"({"city": "Bonn", "given_name": "Bea"})");
  CHECK(people.get(old).display_name == "");
  CHECK(people.get(old).profile == "{}");
  CHECK(people.number("select count(*) from customers where tenant_id = $1 and cleared <> '{}'") ==
        0);
}

TEST_CASE("undo: what both held is shared again") {
  support::Database database;
  People people(database);
  auto const one = people.person("one");
  auto const other = people.person("other");
  people.attach(other, email("one@x.com"), true);
  CHECK(people.resolve({email("one@x.com")}).decision == identity::Decision::review);
  auto const merge = people.joined(one, other);
  CHECK(people.resolve({email("one@x.com")}).root == one);
  people.undo(merge);
  CHECK(people.resolve({email("one@x.com")}).candidates.size() == 2);
}

TEST_CASE("undo: the next event does not join them again") {
  support::Database database;
  People people(database);
  auto const jane = people.person("jane");
  people.person("other");
  people.actor.now += std::chrono::seconds(1);
  auto const own = people.contact({email("jane@x.com"), email("other@x.com")}).part.value();
  REQUIRE(people.World::join(own, jane));
  auto const merge = people.read([&](postgres::Tx& tx) {
    return tx.exec("select id from merges where tenant_id = $1", {people.actor.tenant})[0][0]
        .id<MergeId>();
  });
  people.undo(merge);
  CHECK(people.root(own) == own);
  CHECK(code_of([&] { people.World::join(own, jane); }) == Code::conflict);
  CHECK(people.merge(own, jane));
  CHECK_FALSE(people.parted(own, jane));
  CHECK(people.one_person(own, jane));
}

TEST_CASE("undo: links that cross the cut are taken away, others stay") {
  support::Database database;
  People people(database);
  auto const a = people.person("a");
  auto const b = people.person("b");
  auto const c = people.person("c");
  auto const own_case = people.open_case(a);
  auto const merge = people.joined(a, b);
  people.joined(a, c);
  auto const about = people.open_case(b);
  auto const crossing = people.call(a, about);
  auto const own = people.call(a, own_case);
  auto const within = people.call(c, own_case);
  auto const other_side = people.call(b, about);
  auto const version = people.interaction(crossing).version;

  auto const done = people.undo(merge);
  CHECK(people.interaction(crossing).case_id == std::nullopt);
  CHECK(people.interaction(crossing).version == version + 1);
  CHECK(people.interaction(own).case_id == own_case);
  CHECK(people.interaction(within).case_id == own_case);
  CHECK(people.interaction(other_side).case_id == about);
  CHECK(people.number("select unlinked_count from undos where tenant_id = $1 and id = $2",
                      {done.id}) == 1);
  CHECK(people.number("select count(*) from changes where tenant_id = $1 and resource_id = $2 and "
                      "type = 'interaction.updated' and fields = array['case_id']",
                      {crossing}) == 1);
}
