// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Random histories of contacts, attachments, detachments and joins against a model of a few lines:
// who is found, who holds what, and that no answer changes without a version that tells the caches.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "domain/identity/world.hpp"
#include "support/random_text.hpp"
#include "support/seed.hpp"

using namespace throughline;
using namespace throughline::identity;
using namespace throughline::test;

namespace {

constexpr std::size_t steps = 100;
constexpr std::string_view version_sql =
    "select version from parts where tenant_id = $1 and id = $2";

/// What there is to be known by, few enough to collide all the time.
std::vector<Identifier> pool() {
  return {email("a@x.com"),
          email("b@x.com"),
          phone("+14155552671"),
          phone("+14155552672"),
          identifier("account", "shop:1"),
          identifier("account", "shop:2"),
          identifier("social", "x:jane")};
}

struct Model {
  std::map<CustomerId, CustomerId> root;                // of every part
  std::map<std::string, std::set<CustomerId>> holders;  // parts, by the identifier's value
  std::set<CustomerId> provisional;                     // and not joined yet

  std::set<CustomerId> roots_of(Identifier const& one) const {
    std::set<CustomerId> roots;
    auto const found = holders.find(one.value);
    if (found == holders.end()) return roots;
    for (auto const part : found->second) roots.insert(root.at(part));
    return roots;
  }
  Decision decide(std::vector<Identifier> const& brought) const {
    std::set<CustomerId> deciding;
    bool known = false;
    for (auto const& one : brought) {
      auto const roots = roots_of(one);
      known = known || !roots.empty();
      if (roots.size() == 1) deciding.insert(*roots.begin());
    }
    if (deciding.size() == 1) return Decision::matched;
    if (deciding.size() > 1) return Decision::conflict;
    return known ? Decision::review : Decision::created;
  }
  void take(std::vector<Identifier> const& brought, CustomerId part) {
    for (auto const& one : brought) {
      if (roots_of(one).empty()) holders[one.value].insert(part);
    }
  }
};

/// All that callers and caches can see of a customer and of who answers to what.
struct View {
  struct Root {
    std::int64_t version = 0;
    std::int64_t own_version = 0;
    std::string identifiers;      // as documents show them
    std::set<std::string> alone;  // identifiers that lead here and nowhere else
  };
  std::map<CustomerId, Root> roots;
};

View look(World& world, Model const& model) {
  return world.read([&](postgres::Tx& tx) {
    View view;
    for (auto const& [part, root] : model.root) view.roots[root];
    for (auto& [root, seen] : view.roots) {
      seen.version = tx.exec(version_sql, {tx.tenant(), root})[0][0].integer();
      seen.own_version = customers::get(tx, root).version;
      for (auto const& owned : identifiers_of(tx, root)) {
        seen.identifiers += owned.value + owned.assurance + (owned.shared ? "+ " : " ");
      }
    }
    for (auto const& one : pool()) {
      auto const found = resolve(tx, world.actor, {{one}, {}});
      if (found.root) view.roots.at(*found.root).alone.insert(one.value);
    }
    return view;
  });
}

void check_versions(View const& before, View const& after, World& world) {
  for (auto const& [root, was] : before.roots) {
    auto const now = after.roots.find(root);
    if (now == after.roots.end()) {
      CHECK(world.version(root) > was.version);  // joined to another: its entry must fall
      continue;
    }
    CHECK(now->second.version >= was.version);
    if (now->second.identifiers != was.identifiers || now->second.alone != was.alone) {
      CHECK(now->second.version > was.version);
      CHECK(now->second.own_version > was.own_version);
    }
  }
}

void check_answers(World& world, Model const& model) {
  world.read([&](postgres::Tx& tx) {
    for (auto const& one : pool()) {
      auto const expected = model.roots_of(one);
      auto const found = resolve(tx, world.actor, {{one}, {}});
      INFO(one.value);
      if (expected.size() == 1) {
        CHECK(found.root == *expected.begin());
      } else {
        CHECK(found.decision == (expected.empty() ? Decision::none : Decision::review));
        CHECK(found.candidates.size() == std::min(expected.size(), candidates_max));
      }
    }
    for (auto const& [part, root] : model.root) CHECK(parts::root_of(tx, part) == root);
    return 0;
  });
}

class History {
 public:
  History(World& world, std::uint64_t seed) : world_(world), random_(seed) {}

  void step() {
    world_.actor.now += std::chrono::minutes(1);
    switch (random_.below(8)) {
      case 0:
      case 1:
      case 2:
        contact();
        break;
      case 3:
      case 4:
        attach();
        break;
      case 5:
      case 6:
        detach();
        break;
      default:
        join();
        break;
    }
    check_answers(world_, model_);
    View now = look(world_, model_);
    check_versions(view_, now, world_);
    view_ = std::move(now);
  }

 private:
  Identifier any_identifier() {
    auto const all = pool();
    auto one = all[random_.below(all.size())];
    one.assurance =
        std::vector<std::string>{"claimed", "channel", "authenticated"}[random_.below(3)];
    return one;
  }
  CustomerId any_part() {
    auto at = model_.root.begin();
    std::advance(at, random_.below(model_.root.size()));
    return at->first;
  }

  void contact() {
    std::vector<Identifier> brought;
    for (std::size_t i = random_.below(4); i > 0; --i) brought.push_back(any_identifier());
    auto const expected = model_.decide(brought);
    auto const found = world_.contact(brought);
    REQUIRE(found.decision == expected);
    REQUIRE(found.part);
    CHECK(found.created == (expected != Decision::matched));
    if (found.created) {
      model_.root[*found.part] = *found.part;
      if (expected != Decision::created) model_.provisional.insert(*found.part);
    } else {
      CHECK(model_.root.at(*found.part) == *found.root);
    }
    model_.take(brought, *found.part);
  }

  void attach() {
    if (model_.root.empty()) return;
    auto const part = any_part();
    auto const one = any_identifier();
    bool const shared = random_.below(2) == 0;
    auto const roots = model_.roots_of(one);
    bool const held = roots.contains(model_.root.at(part));
    bool const refused = !held && !roots.empty() && !shared;
    bool fresh = false;
    auto const code = code_of([&] { fresh = world_.attach(part, one, shared); });
    CHECK(fresh == (!held && !refused));
    CHECK(code == (refused ? std::optional(Code::conflict) : std::nullopt));
    if (!held && !refused) model_.holders[one.value].insert(part);
  }

  void detach() {
    if (model_.root.empty()) return;
    auto const root = model_.root.at(any_part());
    auto const one = any_identifier();
    bool const held = model_.roots_of(one).contains(root);
    auto const code = code_of([&] { world_.detach(root, one); });
    CHECK(code == (held ? std::nullopt : std::optional(Code::not_found)));
    std::erase_if(model_.holders[one.value],
                  [&](CustomerId part) { return model_.root.at(part) == root; });
  }

  void join() {
    if (model_.provisional.empty()) return;
    auto const part = *model_.provisional.begin();
    auto const other = model_.root.at(any_part());
    auto const own = model_.root.at(part);
    CHECK(world_.join(part, other) == (own != other));
    if (own == other) return;
    // Parts made later have greater ids here: the clock moves with every step.
    auto const survivor = std::min(own, other);
    for (auto& [known, root] : model_.root) {
      if (root == own || root == other) root = survivor;
    }
    // Neither is a single part any more.
    model_.provisional.erase(part);
    model_.provisional.erase(own);
    model_.provisional.erase(other);
  }

  World& world_;
  RandomText random_;
  Model model_;
  View view_;
};

}  // namespace

TEST_CASE("identity keeps to its model, and no answer changes behind the caches' back") {
  support::Database database;
  World world(database);
  auto const first = seed("identity history");
  INFO("seed " << first);
  History history(world, first);
  for (std::size_t i = 0; i < steps; ++i) {
    INFO("step " << i);
    history.step();
  }
}
