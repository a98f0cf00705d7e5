// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/rules.hpp"

#include <catch2/catch.hpp>
#include <deque>

using namespace throughline;
using namespace throughline::identity;

namespace {

CustomerId customer(std::uint8_t number) {
  CustomerId id;
  id.value.bytes[15] = number;
  return id;
}

/// What a contact brings, and whom it leads to.
class Contact {
 public:
  Contact& brings(std::string type, std::string assurance, std::vector<std::uint8_t> owners,
                  std::string value = "", bool exact = true) {
    auto& identifier = identifiers_.emplace_back();
    identifier.type = std::move(type);
    identifier.value = value.empty() ? "value" + std::to_string(identifiers_.size()) : value;
    identifier.assurance = std::move(assurance);
    identifier.exact = exact;
    Presented presented{&identifier, {}};
    for (auto const owner : owners) {
      presented.owners.push_back(
          {customer(static_cast<std::uint8_t>(owner + 100)), customer(owner)});
    }
    presented_.push_back(std::move(presented));
    return *this;
  }
  /// About what it brought last.
  Contact& stale() {
    for (auto& owner : presented_.back().owners) owner.stale = true;
    return *this;
  }
  Contact& shared() {
    presented_.back().shared = true;
    return *this;
  }
  Contact& blocked() {
    presented_.back().blocked = true;
    return *this;
  }
  Verdict verdict(std::vector<CustomerId> const& vetoed = {}) const {
    auto presented = presented_;  // those of a copy still point to what the first one brought
    for (std::size_t i = 0; i < presented.size(); ++i) presented[i].identifier = &identifiers_[i];
    return decide(presented, vetoed);
  }

 private:
  std::deque<Identifier> identifiers_;
  std::vector<Presented> presented_;
};

std::string grade_of(Contact const& contact) {
  auto const verdict = contact.verdict();
  REQUIRE(verdict.decision == Decision::matched);
  return verdict.grade;
}

}  // namespace

TEST_CASE("identity rules: nobody known is none") {
  CHECK(Contact().verdict().decision == Decision::none);
  auto const verdict = Contact().brings("phone", "channel", {}).verdict();
  CHECK(verdict.decision == Decision::none);
  CHECK_FALSE(verdict.owner);
  CHECK(verdict.candidates.empty());
}

TEST_CASE("identity rules: one owner decides, beside unknown and shared ones") {
  auto const verdict = Contact()
                           .brings("email", "claimed", {})
                           .brings("phone", "channel", {2, 3})
                           .brings("social", "claimed", {1})
                           .verdict();
  REQUIRE(verdict.decision == Decision::matched);
  CHECK(verdict.owner->root == customer(1));
  CHECK(verdict.owner->part == customer(101));
  CHECK(verdict.assurance == "claimed");
  CHECK(verdict.candidates.empty());
}

TEST_CASE("identity rules: how sure a match is") {
  CHECK(grade_of(Contact().brings("email", "claimed", {1})) == "probable");
  CHECK(grade_of(Contact().brings("email", "channel", {1})) == "certain");
  CHECK(grade_of(Contact().brings("account", "authenticated", {1})) == "certain");
  CHECK(grade_of(Contact().brings("phone", "authenticated", {1})) == "probable");
  CHECK(grade_of(Contact().brings("social", "channel", {1})) == "probable");
  CHECK(grade_of(Contact().brings("phone", "claimed", {1}).brings("social", "claimed", {1})) ==
        "certain");
}

TEST_CASE("identity rules: the part is that of the best proven identifier, then of the first") {
  auto const best = Contact()
                        .brings("phone", "claimed", {1})
                        .brings("email", "authenticated", {1})
                        .brings("account", "channel", {1})
                        .verdict();
  CHECK(best.assurance == "authenticated");

  Identifier phone;
  Identifier email;
  phone.assurance = email.assurance = "channel";
  std::vector<Presented> const equal{{&phone, {{customer(7), customer(1)}}},
                                     {&email, {{customer(8), customer(1)}}}};
  CHECK(decide(equal).owner->part == customer(7));
}

TEST_CASE("identity rules: identifiers of different customers conflict") {
  auto const verdict = Contact()
                           .brings("phone", "channel", {1})
                           .brings("email", "authenticated", {2})
                           .brings("social", "claimed", {2})
                           .verdict();
  CHECK(verdict.decision == Decision::conflict);
  CHECK_FALSE(verdict.owner);
  REQUIRE(verdict.candidates.size() == 2);
  CHECK(verdict.candidates[0].customer == customer(1));
  CHECK(verdict.candidates[0].grade == "probable");
  CHECK(verdict.candidates[1].customer == customer(2));
  CHECK(verdict.candidates[1].grade == "probable");
}

TEST_CASE("identity rules: shared identifiers find candidates and never decide") {
  auto const verdict = Contact()
                           .brings("phone", "authenticated", {1, 2})
                           .brings("email", "authenticated", {2, 3})
                           .verdict();
  CHECK(verdict.decision == Decision::review);
  REQUIRE(verdict.candidates.size() == 3);
  CHECK(verdict.candidates[0].customer == customer(2));
  CHECK(verdict.candidates[1].customer == customer(1));
  CHECK(verdict.candidates[2].customer == customer(3));
  for (auto const& candidate : verdict.candidates) CHECK(candidate.grade == "possible");
}

TEST_CASE("identity rules: no more candidates than are shown") {
  std::vector<std::uint8_t> many;
  for (std::uint8_t i = 1; i <= 2 * candidates_max; ++i) many.push_back(i);
  CHECK(Contact().brings("phone", "channel", many).verdict().candidates.size() == candidates_max);
  Contact contact;
  for (auto const owner : many) contact.brings("email", "claimed", {owner});
  CHECK(contact.verdict().candidates.size() == candidates_max);
}

TEST_CASE("identity rules: a phone that is text decides last and only if it looks like a number") {
  Contact number;
  number.brings("phone", "channel", {1}, "03 331 6005", false);
  CHECK(grade_of(number) == "possible");
  number.brings("email", "claimed", {2});
  CHECK(number.verdict().owner->root == customer(2));

  for (auto const* text : {"anonymous", "1234", "000 000 0000"}) {
    auto const verdict = Contact().brings("phone", "channel", {1}, text, false).verdict();
    INFO(text);
    CHECK(verdict.decision == Decision::review);
    CHECK(verdict.candidates.size() == 1);
  }
}

TEST_CASE("identity rules: an identifier sent twice counts once, with its best assurance") {
  std::vector<Identifier> sent(3);
  sent[0].type = sent[2].type = "email";
  sent[0].value = sent[2].value = "a@b.com";
  sent[0].assurance = "claimed";
  sent[1].type = "phone";
  sent[1].value = "a@b.com";
  sent[2].assurance = "authenticated";
  auto const once = distinct(sent);
  REQUIRE(once.size() == 2);
  CHECK(once[0].assurance == "authenticated");
  CHECK(once[1].type == "phone");
}

TEST_CASE("identity rules: what is stale still finds its one customer, possibly") {
  Contact contact;
  contact.brings("phone", "channel", {1}).stale();
  auto const alone = contact.verdict();
  CHECK(alone.owner->root == customer(1));
  CHECK(alone.grade == "possible");
  CHECK(alone.stale);

  contact.brings("phone", "channel", {1}).stale();
  CHECK(grade_of(contact) == "possible");  // two old ones prove no more
  contact.brings("social", "claimed", {1});
  CHECK(grade_of(contact) == "probable");  // as if the social handle had come alone
  CHECK_FALSE(contact.verdict().stale);
}

TEST_CASE("identity rules: what is stale gives way to whatever else is brought") {
  auto const stale = [] { return Contact().brings("phone", "channel", {1}).stale(); };
  CHECK(stale().brings("email", "channel", {2}).verdict().owner->root == customer(2));
  CHECK(stale().brings("phone", "claimed", {2}).verdict().owner->root == customer(2));
  for (auto const& doubtful :
       {stale().brings("email", "channel", {}), stale().brings("account", "authenticated", {}),
        stale().brings("social", "claimed", {}), stale().brings("phone", "channel", {2}).stale(),
        stale().brings("email", "channel", {2, 3}),
        stale().brings("email", "channel", {2}).shared(),
        Contact().brings("phone", "channel", {1}).stale().shared(),
        Contact().brings("phone", "channel", {1, 2}).stale()}) {
    auto const verdict = doubtful.verdict();
    CHECK(verdict.decision == Decision::review);
    CHECK(verdict.candidates.at(0).grade == "possible");
  }
  CHECK(stale().verdict({customer(1)}).decision == Decision::conflict);
  // What tells nothing, and what is hers as well, do not contradict.
  CHECK(grade_of(stale().brings("phone", "claimed", {}, "unknown", false)) == "possible");
  CHECK(grade_of(stale().brings("email", "claimed", {2}).blocked()) == "possible");
  CHECK(grade_of(stale().brings("phone", "channel", {1, 2})) == "possible");
}

TEST_CASE("identity rules: a value known to be shared finds its one holder and decides nothing") {
  auto const verdict = Contact().brings("email", "authenticated", {1}).shared().verdict();
  CHECK(verdict.decision == Decision::review);
  REQUIRE(verdict.candidates.size() == 1);
  CHECK(verdict.candidates[0].grade == "possible");
}

TEST_CASE("identity rules: a blocked value is nobody's, whoever holds it") {
  CHECK(Contact().brings("phone", "channel", {1}).blocked().verdict().decision == Decision::none);
  Contact contact;
  contact.brings("phone", "channel", {1}).blocked().brings("email", "claimed", {2});
  CHECK(contact.verdict().owner->root == customer(2));
}

TEST_CASE("identity rules: who cannot be meant does not win, and nobody else by default") {
  auto const misled = Contact().brings("email", "channel", {1}).verdict({customer(1)});
  CHECK(misled.decision == Decision::conflict);
  REQUIRE(misled.candidates.size() == 1);
  CHECK(misled.candidates[0].grade == "possible");

  Contact bridge;
  bridge.brings("email", "channel", {1}).brings("account", "claimed", {2});
  CHECK(bridge.verdict().decision == Decision::conflict);
  CHECK(bridge.verdict({customer(1)}).owner->root == customer(2));
}

namespace {

Identifier bringing(std::string type, std::string value) {
  Identifier identifier;
  identifier.type = std::move(type);
  identifier.value = std::move(value);
  return identifier;
}

}  // namespace

TEST_CASE("identity rules: another value of an exclusive class contradicts") {
  Settings settings;
  settings.classes["account:crm"] = {Class::exclusive, 1};
  auto const crm1 = bringing("account", "crm:1");
  auto const crm2 = bringing("account", "crm:2");
  auto const shop = bringing("account", "shop:1");
  auto const mail = bringing("email", "a@x.com");
  auto const says = [&](std::vector<Identifier> const& brought, std::vector<Key> const& held) {
    return contradicts(settings, brought, held);
  };
  CHECK(says({crm2, mail}, {key_of(crm1), key_of(mail)}));
  CHECK_FALSE(says({crm2, mail}, {key_of(mail)}));           // none as yet
  CHECK_FALSE(says({crm2, crm1}, {key_of(crm1)}));           // one of theirs is among them
  CHECK_FALSE(says({crm2}, {key_of(shop), key_of(mail)}));   // another system's
  CHECK_FALSE(says({shop, mail}, {{"account", "shop:2"}}));  // strong, not exclusive
}

TEST_CASE("identity rules: a customer has room by class, and in all") {
  Settings settings;
  settings.classes["account:crm"] = {Class::exclusive, 1};
  std::vector<Key> held{{"account", "crm:1"}, {"account", "shop:1"}};
  auto const room = [&](Identifier const& identifier) {
    return room_for(settings, identifier, held);
  };
  CHECK(room(bringing("account", "crm:2")) == Room::contradicted);
  CHECK(room(bringing("account", "shop:2")) == Room::yes);
  for (int i = 0; i < 5; ++i) held.push_back({"phone", "+1" + std::to_string(i)});
  CHECK(room(bringing("phone", "+19")) == Room::class_full);
  CHECK(room(bringing("email", "a@x.com")) == Room::yes);
  for (int i = 0; i < 43; ++i) held.push_back({"social", "x:" + std::to_string(i)});
  CHECK(room(bringing("email", "a@x.com")) == Room::customer_full);
}
