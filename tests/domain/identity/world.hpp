// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A tenant of its own with what tests of customers and identity do to it.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "support/database.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/customers.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/domain/identity_settings.hpp"
#include "throughline/domain/settings.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::test {

inline identity::Identifier identifier(std::string type, std::string value,
                                       std::string assurance = "claimed") {
  return std::get<identity::Identifier>(
      identity::normalise({std::move(type), std::move(value), "", std::move(assurance)}, ""));
}
inline identity::Identifier email(std::string value, std::string assurance = "claimed") {
  return identifier("email", std::move(value), std::move(assurance));
}
inline identity::Identifier phone(std::string value, std::string assurance = "channel") {
  return identifier("phone", std::move(value), std::move(assurance));
}

/// Copies share the tenant; each has its own time.
class World {
 private:
  template <class Body>
  auto run(postgres::Mode mode, Body body) {
    std::optional<decltype(body(std::declval<postgres::Tx&>()))> result;
    database_->pool().transact(mode, actor.tenant, [&](postgres::Tx& tx) { result = body(tx); });
    return std::move(*result);
  }

  support::Database* database_;

 public:
  Actor actor;

  explicit World(support::Database& database)
      : database_(&database), actor(database.actor(database.make_tenant())) {}

  template <class Body>
  auto write(Body body) {
    return run(postgres::Mode::write, std::move(body));
  }
  template <class Body>
  auto read(Body body) {
    return run(postgres::Mode::read, std::move(body));
  }

  /// What the start of a contact does: resolve or create, and record.
  identity::Resolved contact(std::vector<identity::Identifier> identifiers,
                             identity::Unknown unknown = identity::Unknown::create,
                             std::optional<CustomerId> named = {}) {
    return write([&](postgres::Tx& tx) {
      identity::Facts facts;
      identity::Subject const subject{identifiers, named};
      auto resolution =
          identity::resolve_or_create(tx, actor, std::span(&subject, 1), unknown, {}, facts);
      timeline::append(tx, actor, facts.timeline);
      changes::record(tx, actor, resolution.locked, facts.changes);
      return resolution.subjects.front();
    });
  }
  CustomerId customer(std::vector<identity::Identifier> identifiers) {
    return contact(std::move(identifiers)).root.value();
  }
  identity::Resolved resolve(std::vector<identity::Identifier> identifiers) {
    return read([&](postgres::Tx& tx) { return identity::resolve(tx, actor, {identifiers, {}}); });
  }
  bool attach(CustomerId customer, identity::Identifier const& identifier, bool shared = false) {
    auto const others = shared ? identity::Others::share : identity::Others::refuse;
    return write([&](postgres::Tx& tx) {
      return identity::attach(tx, actor, customer, identifier, others);
    });
  }
  /// Takes it from whoever holds it.
  bool move(CustomerId customer, identity::Identifier const& identifier) {
    return write([&](postgres::Tx& tx) {
      return identity::attach(tx, actor, customer, identifier, identity::Others::move);
    });
  }
  /// A merge patch of the section identity.
  void set(std::string const& patch) {
    write([&](postgres::Tx& tx) {
      settings::change(tx, actor, identity::settings_section(), patch, {});
      return 0;
    });
  }
  /// As many of each class as a customer can hold at all.
  void lift_class_limits() {
    set(R"({"classes": {"email": {"max": 50}, "phone": {"max": 50}, "account": {"max": 50}}})");
  }
  void detach(CustomerId customer, identity::Identifier const& identifier) {
    write([&](postgres::Tx& tx) {
      identity::detach(tx, actor, customer, identifier);
      return 0;
    });
  }
  bool join(CustomerId part, CustomerId customer, std::optional<InteractionId> interaction = {}) {
    return write([&](postgres::Tx& tx) {
      auto locked = parts::lock(tx, actor, std::vector{part, customer});
      identity::Facts facts;
      bool const joined = identity::join(tx, actor, locked, part, customer, interaction, facts);
      timeline::append(tx, actor, facts.timeline);
      changes::record(tx, actor, locked, facts.changes);
      return joined;
    });
  }
  void patch(CustomerId customer, customers::Patch const& patch) {
    write([&](postgres::Tx& tx) {
      customers::update(tx, actor, customer, patch, {});
      return 0;
    });
  }
  customers::Customer get(CustomerId customer) {
    return read([&](postgres::Tx& tx) { return customers::get(tx, customer); });
  }
  std::vector<identity::Owned> identifiers_of(CustomerId customer) {
    return read([&](postgres::Tx& tx) { return identity::identifiers_of(tx, customer); });
  }

  /// The version that contexts and caches know.
  std::int64_t version(CustomerId root) {
    return number("select version from parts where tenant_id = $1 and id = $2", {root});
  }
  std::int64_t number(std::string_view sql, std::vector<postgres::Param> more = {}) {
    more.insert(more.begin(), actor.tenant);
    return read([&](postgres::Tx& tx) { return tx.exec(sql, more)[0][0].integer(); });
  }
  /// Types of all facts about this part, in order.
  std::vector<std::string> facts(CustomerId part) {
    return read([&](postgres::Tx& tx) {
      std::vector<std::string> types;
      for (auto const row : tx.exec(
               "select type from changes where tenant_id = $1 and part_id = $2 order by position",
               {actor.tenant, part})) {
        types.push_back(row[0].text());
      }
      return types;
    });
  }
};

/// The code of the Error that `body` throws.
inline std::optional<Code> code_of(std::function<void()> const& body) {
  try {
    body();
  } catch (Error const& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace throughline::test
