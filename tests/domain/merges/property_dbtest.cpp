// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Random lives of a few people against a small model: whatever is merged, undone, attached,
// detached and written in between, every record belongs to exactly one customer, every id answers,
// and nothing written is lost.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "domain/merges/graph.hpp"
#include "domain/merges/people.hpp"
#include "support/seed.hpp"

using namespace throughline;
using namespace throughline::test;
using merges::Edge;
using merges::Undo;

namespace {

struct Call {
  InteractionId id;
  std::size_t part;
  std::optional<std::size_t> about;  // a case
};
struct Problem {
  CaseId id;
  std::size_t part;
};

class Lives {
 public:
  Lives(support::Database& database, std::uint64_t seed) : people_(database), random_(seed) {
    people_.lift_class_limits();
    for (int i = 0; i < 3; ++i) be_born();
  }

  void step() {
    switch (below(12)) {
      case 0:
        return be_born();
      case 1:
      case 2:
      case 3:
        merge();
        return;
      case 4:
        return undo(Undo::How::merge);
      case 5:
        return undo(below(2) == 0 ? Undo::How::parts : Undo::How::tree);
      case 6:
        return attach();
      case 7:
        return detach();
      case 8:
        return rename();
      case 9:
        return open_case();
      case 10:
        return call();
      default:
        return merge_and_undo();
    }
  }

  void check() {
    auto const groups = partition();
    std::int64_t links = static_cast<std::int64_t>(parts_.size() - groups.size());
    CHECK(people_.number(
              "select count(*) from merges where tenant_id = $1 and undone_at is null") == links);
    for (auto const& group : groups) check(group);
    for (Call const& one : calls_) {
      auto const shown = people_.interaction(one.id);
      CHECK(shown.part == parts_[one.part]);
      CHECK(shown.root == root_of(parts_[one.part], groups));
      CHECK(shown.case_id == (one.about ? std::optional(cases_[*one.about].id) : std::nullopt));
    }
    CHECK(people_.number("select count(*) from interactions where tenant_id = $1") ==
          static_cast<std::int64_t>(calls_.size()));
    CHECK(people_.number("select count(*) from cases where tenant_id = $1") ==
          static_cast<std::int64_t>(cases_.size()));
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::size_t anybody() { return below(parts_.size()); }
  std::size_t place_of(CustomerId part) const {
    return static_cast<std::size_t>(std::find(parts_.begin(), parts_.end(), part) - parts_.begin());
  }
  std::vector<merges::Group> partition() const { return merges::connected(parts_, links_); }
  static CustomerId root_of(CustomerId part, std::vector<merges::Group> const& groups) {
    for (auto const& group : groups) {
      if (std::find(group.begin(), group.end(), part) != group.end()) return group.front();
    }
    throw std::logic_error("a part of nobody");
  }
  bool one_person(std::size_t one, std::size_t other) const {
    auto const groups = partition();
    return root_of(parts_[one], groups) == root_of(parts_[other], groups);
  }
  void tick() { people_.actor.now += std::chrono::seconds(1); }

  void check(merges::Group const& group) {
    std::set<std::string> values;
    std::pair<int, std::string> name;
    for (CustomerId const part : group) {
      auto const place = place_of(part);
      values.insert(identifiers_[place].begin(), identifiers_[place].end());
      name = std::max(name, names_[place]);
      CHECK(people_.root(part) == group.front());
      auto const version = people_.version(group.front());
      CHECK(version >= seen_[place]);
      seen_[place] = version;
    }
    auto const shown = people_.get(group.back());
    CHECK(shown.id == group.front());
    CHECK(shown.display_name == name.second);
    std::set<std::string> held;
    for (auto const& owned : people_.identifiers_of(group.back())) held.insert(owned.value);
    CHECK(held == values);
  }

  void be_born() {
    auto const number = std::to_string(parts_.size());
    parts_.push_back(people_.person("p" + number));
    identifiers_.push_back({"p" + number + "@x.com"});
    names_.emplace_back(++clock_, "p" + number);
    seen_.push_back(0);
  }
  std::optional<MergeId> merge() {
    auto const one = anybody(), other = anybody();
    bool const joined = one_person(one, other);
    auto const merged = people_.merge(parts_[one], parts_[other]);
    CHECK(merged.has_value() == !joined);
    if (!merged) return std::nullopt;
    links_.push_back({merged->id, parts_[one], parts_[other]});
    return merged->id;
  }
  void merge_and_undo() {
    auto const before = partition();
    auto const merged = merge();
    if (!merged) return;
    if (below(2) == 0) rename();
    people_.undo(*merged);
    links_.pop_back();
    CHECK(partition() == before);
  }
  void undo(Undo::How how) {
    if (links_.empty()) return;
    auto const named = links_[below(links_.size())];
    auto const groups = partition();
    auto const whole = *std::find_if(groups.begin(), groups.end(), [&](auto const& group) {
      return std::find(group.begin(), group.end(), named.one) != group.end();
    });
    Undo asked{named.id, how, {}, "", {}};
    if (how == Undo::How::parts) {
      asked.parts = whole;
      std::shuffle(asked.parts.begin(), asked.parts.end(), random_);
      asked.parts.resize(1 + below(whole.size() - 1));
    }
    CHECK(people_.undo(asked).parted);
    follow(asked, whole);
  }
  /// What the model makes of it; the links that were made on the way are read.
  void follow(Undo const& asked, merges::Group const& whole) {
    auto const cut = asked.how == Undo::How::parts  ? cut_parts(whole, links_, asked.parts)
                     : asked.how == Undo::How::tree ? cut_tree(whole, links_, asked.merge)
                                                    : cut_link(whole, links_, asked.merge);
    for (Edge const& gone : cut.links) {
      std::erase_if(links_, [&](Edge const& link) { return link.id == gone.id; });
      CHECK(people_.parted(gone.one, gone.other));
    }
    for (auto const& [one, other] : cut.kept) {
      auto const id = people_.read([&](postgres::Tx& tx) {
        return tx
            .exec(
                "select id from merges where tenant_id = $1 and one_id = $2 and "
                "other_id = $3 and undone_at is null",
                {people_.actor.tenant, one, other})[0][0]
            .id<MergeId>();
      });
      links_.push_back({id, one, other});
    }
    std::sort(links_.begin(), links_.end(),
              [](Edge const& older, Edge const& newer) { return older.id < newer.id; });
    for (Call& one : calls_) {
      if (one.about && !one_person(one.part, cases_[*one.about].part)) one.about.reset();
    }
  }
  static identity::Identifier named(std::string const& value) {
    return value.find('@') == std::string::npos ? identifier("account", value) : email(value);
  }
  void attach() {
    auto const who = anybody();
    // A system of its own: none of a customer's classes is ever full.
    auto const value = "v" + std::to_string(++clock_) + ":1";
    people_.attach(parts_[who], named(value));
    identifiers_[who].insert(value);
  }
  void detach() {
    auto const whose = anybody(), asked = anybody();
    if (identifiers_[whose].size() < 2 || !one_person(whose, asked)) return;
    auto const value = *identifiers_[whose].begin();
    people_.detach(parts_[asked], named(value));
    identifiers_[whose].erase(value);
  }
  void rename() {
    auto const who = anybody();
    auto const name = "n" + std::to_string(++clock_);
    tick();
    people_.name_them(parts_[who], name);
    names_[who] = {clock_, name};
  }
  void open_case() {
    auto const whose = anybody();
    cases_.push_back({people_.open_case(parts_[whose]), whose});
  }
  void call() {
    auto const who = anybody();
    std::optional<std::size_t> about;
    if (!cases_.empty()) about = below(cases_.size());
    if (about && !one_person(who, cases_[*about].part)) about.reset();
    auto const id =
        people_.call(parts_[who], about ? std::optional(cases_[*about].id) : std::nullopt);
    calls_.push_back({id, who, about});
  }

  People people_;
  std::mt19937_64 random_;
  std::vector<CustomerId> parts_;  // by age
  std::vector<Edge> links_;        // that stand, by age
  std::vector<std::set<std::string>> identifiers_;
  std::vector<std::pair<int, std::string>> names_;  // when set, and what
  std::vector<std::int64_t> seen_;                  // versions that answered for each part
  std::vector<Problem> cases_;
  std::vector<Call> calls_;
  int clock_ = 0;
};

}  // namespace

TEST_CASE("merges: whatever becomes of people, nothing written is lost and every id answers") {
  support::Database database;
  auto const seed = test::seed("merges, random lives");
  for (std::uint64_t life = 0; life < 12; ++life) {
    INFO("THROUGHLINE_TEST_SEED=" << seed << ", life " << life);
    Lives lives(database, seed + life);
    for (int i = 0; i < 60; ++i) {
      lives.step();
      if (i % 10 == 9) lives.check();
    }
    lives.check();
  }
}

TEST_CASE("merges: a chain of merges has one survivor, in whatever order it is made") {
  support::Database database;
  std::array<std::pair<int, int>, 3> links{{{0, 1}, {1, 2}, {2, 3}}};
  std::array order{0, 1, 2};
  do {
    for (int turned = 0; turned < 8; ++turned) {
      People people(database);
      std::vector<CustomerId> all;
      for (auto const name : {"a", "b", "c", "d"}) all.push_back(people.person(name));
      std::vector<MergeId> made;
      for (int const place : order) {
        auto [one, other] = links[static_cast<std::size_t>(place)];
        if ((turned >> place & 1) != 0) std::swap(one, other);
        made.push_back(people.joined(all[static_cast<std::size_t>(one)],
                                     all[static_cast<std::size_t>(other)]));
      }
      for (CustomerId const part : all) CHECK(people.root(part) == all[0]);
      for (auto merge = made.rbegin(); merge != made.rend(); ++merge) people.undo(*merge);
      for (CustomerId const part : all) CHECK(people.root(part) == part);
    }
  } while (std::next_permutation(order.begin(), order.end()));
}
