// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Random records of a few people, resolved among merges, undos and writes. Rules decide, so nothing
// is foretold; whatever they decide, every record belongs to exactly one customer, every id
// answers, an undo of the last merge restores the partition, and nothing written is lost.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "domain/identity/question.hpp"
#include "domain/merges/graph.hpp"
#include "domain/merges/people.hpp"
#include "support/seed.hpp"

using namespace throughline;
using namespace throughline::test;
using identity::Answer;
using identity::Question;
using merges::Edge;

namespace {

/// Somebody, as their records tell of them with more or less care.
struct Soul {
  std::string given, family, born, street, email, phone;
};

std::vector<Soul> const souls{
    {"Jane", "Okafor", "1985-03-07", "14 Elm Street", "jane.okafor@x-mail.com", "+14155550101"},
    {"Janet", "Okafor", "1985-03-07", "14 Elm Street", "janet.okafor@x-mail.com", "+14155550101"},
    {"Benjamin", "Adeyemi", "1991-12-24", "3 Mill Lane", "ben@y-mail.com", "+14155550102"},
    {"Wilhelmina", "Oosterhuis", "1962-01-17", "8 Dam", "wilma@z-mail.com", "+14155550103"},
    {"Carl", "Sand", "1960-10-10", "77 High Street", "info@acme.com", "+14155550104"}};

class Arrivals {
 public:
  Arrivals(support::Database& database, std::uint64_t seed) : people_(database), random_(seed) {
    people_.lift_class_limits();
  }

  void step() {
    people_.actor.now += std::chrono::seconds(1);
    switch (below(14)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return arrive(record(true));
      case 4:
        return arrive(record(false));
      case 5:
        return only_ask();
      case 6:
        return arrive_and_undo();
      case 7:
        return put();
      case 8:
      case 9:
        return merge();
      case 10:
        return undo();
      case 11:
        return attach();
      case 12:
        return detach();
      default:
        return call();
    }
  }

  void check() {
    auto const groups = partition();
    std::set<CustomerId> known;
    for (auto const& group : groups) known.insert(group.begin(), group.end());
    for (CustomerId const id : answered_) CHECK(known.contains(id));
    for (auto const& group : groups) {
      for (CustomerId const part : group) {
        CHECK(people_.root(part) == group.front());
        CHECK(people_.get(part).id == group.front());
      }
    }
    // Whatever was told apart is not one again by rule.
    CHECK(people_.number("select count(*) from partings x join parts a on a.tenant_id = $1 and "
                         "a.id = x.one_id join parts b on b.tenant_id = $1 and b.id = x.other_id "
                         "where x.tenant_id = $1 and x.lifted_at is null and a.root_id = "
                         "b.root_id") == 0);
    for (auto const& [part, profile] : written_) CHECK(profile_of(part) == profile);
    for (auto const& [call, part] : calls_) {
      CHECK(people_.interaction(call).part == part);
      CHECK(people_.interaction(call).root == people_.root(part));
    }
    for (auto const& [type, value] : brought_) {
      CHECK(people_.number("select count(*) from identifier_owners where tenant_id = $1 and type = "
                           "$2 and value = $3 and valid_to is null",
                           {type, value}) > 0);
    }
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  std::string blurred(std::string text) {
    if (text.size() > 4 && chance(6)) std::swap(text[2], text[3]);
    return text;
  }
  Question record(bool with_profile) {
    Soul const& soul = souls[below(souls.size())];
    Question asked;
    asked.create = true;
    if (!chance(3)) asked.identifiers.push_back(email(soul.email));
    if (!chance(3)) asked.identifiers.push_back(phone(soul.phone));
    if (chance(4)) asked.identifiers.push_back(email("n" + std::to_string(++count_) + "@x.com"));
    if (!with_profile) {
      if (asked.identifiers.empty()) asked.identifiers.push_back(email(soul.email));
      return asked;
    }
    asked.profile = R"({"given_name": ")" + blurred(soul.given) + R"(", "family_name": ")" +
                    blurred(soul.family) + "\"";
    if (!chance(3)) asked.profile += R"(, "date_of_birth": ")" + soul.born + "\"";
    if (chance(2)) asked.profile += R"(, "address": {"line1": ")" + soul.street + "\"}";
    asked.profile += "}";
    return asked;
  }
  Answer ask(Question const& asked) {
    return people_.write([&](postgres::Tx& tx) { return identity::ask(tx, people_.actor, asked); });
  }

  std::string profile_of(CustomerId part) {
    return people_.read([&](postgres::Tx& tx) {
      return tx
          .exec("select profile::text from customers where tenant_id = $1 and id = $2",
                {tx.tenant(), part})[0][0]
          .text();
    });
  }
  /// What the newest part says; a part that is made for a record keeps it for good.
  void remember(std::int64_t parts_before) {
    auto const parts = all_parts();
    for (auto i = static_cast<std::size_t>(parts_before); i < parts.size(); ++i) {
      written_[parts[i]] = profile_of(parts[i]);
    }
  }
  std::vector<CustomerId> all_parts() {
    return people_.read([&](postgres::Tx& tx) {
      std::vector<CustomerId> parts;
      for (auto const row :
           tx.exec("select id from parts where tenant_id = $1 order by created_at, id",
                   {tx.tenant()})) {
        parts.push_back(row[0].id<CustomerId>());
      }
      return parts;
    });
  }
  std::vector<Edge> links() {
    return people_.read([&](postgres::Tx& tx) {
      std::vector<Edge> links;
      for (auto const row : tx.exec("select id, one_id, other_id from merges where tenant_id = $1 "
                                    "and undone_at is null order by at, id",
                                    {tx.tenant()})) {
        links.push_back({row[0].id<MergeId>(), row[1].id<CustomerId>(), row[2].id<CustomerId>()});
      }
      return links;
    });
  }
  /// What the links that stand make of the parts. They form trees.
  std::vector<merges::Group> partition() {
    auto const parts = all_parts();
    auto const standing = links();
    auto groups = merges::connected(parts, standing);
    CHECK(standing.size() == parts.size() - groups.size());
    return groups;
  }

  void arrive(Question const& asked) {
    auto const before = static_cast<std::int64_t>(all_parts().size());
    auto const answer = ask(asked);
    REQUIRE(answer.customer);
    CHECK(people_.root(*answer.customer) == *answer.customer);
    answered_.insert(*answer.customer);
    for (auto const& each : asked.identifiers) brought_.insert({each.type, each.value});
    remember(before);
  }
  void arrive_and_undo() {
    auto const before = partition();
    auto const links_before = links().size();
    auto const answer = ask(record(true));
    answered_.insert(*answer.customer);
    auto const after = links();
    if (after.size() != links_before + 1) return;  // it joined nobody, or others as well
    auto const link = std::find_if(after.begin(), after.end(),
                                   [&](Edge const& each) { return each.id == *answer.merge; });
    CustomerId const part = link->one;
    people_.undo(*answer.merge);
    auto groups = partition();
    std::erase(groups, merges::Group{part});
    CHECK(groups == before);
  }
  void only_ask() {
    auto asked = record(chance(2));
    asked.dry_run = chance(2);
    asked.create = asked.dry_run;
    auto const rows = [&] {
      return people_.number(
          "select (select count(*) from changes where tenant_id = $1) + (select count(*) from "
          "parts where tenant_id = $1) + (select count(*) from identifiers where tenant_id = $1) + "
          "(select count(*) from matches where tenant_id = $1)");
    };
    auto const before = rows();
    ask(asked);
    CHECK(rows() == before);
  }
  void put() {
    auto const told = record(true);
    auto const before = static_cast<std::int64_t>(all_parts().size());
    identity::Upsert asked{
        identifier("account", "crm:" + std::to_string(1000 + below(6))), {}, told.identifiers};
    asked.patch.profile = told.profile;
    auto const links_before = links().size();
    auto const done = people_.write(
        [&](postgres::Tx& tx) { return identity::upsert(tx, people_.actor, asked, {}); });
    CHECK(links().size() == links_before);  // nobody is joined by it
    remember(before);
    written_[done.customer] = profile_of(done.customer);
    brought_.insert({asked.key.type, asked.key.value});
  }
  std::optional<CustomerId> anybody() {
    auto const parts = all_parts();
    return parts.empty() ? std::nullopt : std::optional(parts[below(parts.size())]);
  }
  void merge() {
    auto const one = anybody(), other = anybody();
    if (!one || people_.root(*one) == people_.root(*other)) return;
    auto const before = partition();
    auto const merged = people_.joined(*one, *other);
    if (!chance(2)) return;
    people_.undo(merged);
    CHECK(partition() == before);
  }
  void undo() {
    auto const standing = links();
    if (standing.empty()) return;
    auto const& link = standing[below(standing.size())];
    if (chance(2)) {
      people_.undo(link.id);
    } else {
      people_.undo_tree(link.id);
    }
    CHECK(people_.root(link.one) != people_.root(link.other));
  }
  void attach() {
    auto const who = anybody();
    if (!who) return;
    auto const value = email("a" + std::to_string(++count_) + "@x.com");
    people_.attach(*who, value);
    brought_.insert({value.type, value.value});
  }
  void detach() {
    auto const who = anybody();
    if (!who) return;
    auto const held = people_.identifiers_of(*who);
    if (held.empty()) return;
    auto const& gone = held[below(held.size())];
    people_.detach(*who, identifier(gone.type, gone.value));
    brought_.erase({gone.type, gone.value});
  }
  void call() {
    if (auto const who = anybody()) calls_.emplace_back(people_.call(*who), *who);
  }

  People people_;
  std::mt19937_64 random_;
  std::set<CustomerId> answered_;                          // ids that an answer has named
  std::map<CustomerId, std::string> written_;              // by parts, what was said to them
  std::set<std::pair<std::string, std::string>> brought_;  // and not taken away by people
  std::vector<std::pair<InteractionId, CustomerId>> calls_;
  int count_ = 0;
};

}  // namespace

TEST_CASE("identity: whatever arrives, nothing is lost and every record is one customer's") {
  support::Database database;
  auto const seed = test::seed("identity, random arrivals");
  for (std::uint64_t life = 0; life < 16; ++life) {
    INFO("THROUGHLINE_TEST_SEED=" << seed << ", life " << life);
    Arrivals arrivals(database, seed + life);
    for (int i = 0; i < 50; ++i) {
      arrivals.step();
      if (i % 10 == 9) arrivals.check();
    }
  }
}
