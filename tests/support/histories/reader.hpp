// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/api/api.hpp"
#include "support/dice.hpp"
#include "support/histories/model.hpp"

namespace throughline::histories {

using support::Dice;

/// Reads everything there is about somebody on every instance and holds it against the model.
/// Used by one thread.
class Reader {
 public:
  Reader(Model& model, support::Api& api, support::Api::Tenant const& tenant, Dice& dice,
         std::string name);

  /// The context on every instance by whatever leads there, and some other reading of each.
  /// Throws Broken.
  void look_at(Person& person);
  /// The context by a loose identifier on every instance. Throws Broken.
  void look_at(Loose& loose);
  /// Throws Broken with the story of the person.
  [[noreturn]] void fail(Person& person, std::string const& what);
  support::Client& on(std::size_t instance) { return clients_.at(instance); }
  std::size_t instances() const { return clients_.size(); }

 private:
  using Check = std::function<std::string(Person const& before, Person const& after, json const&)>;
  void read(Person& person, std::size_t instance, std::string const& target, Check const& check);
  void read_context(Person& person, std::size_t instance);
  void read_something(Person& person, std::size_t instance);
  std::string way_to(Person const& person);
  std::string fault_in(Loose const& before, Loose const& after, support::Response const& answer);
  /// What PostgreSQL has as the version of the customer's root by now.
  std::int64_t committed_version(std::string const& customer);
  Person copy(Person const& person);

  Model& model_;
  support::Api& api_;
  TenantId const tenant_;
  Dice& dice_;
  std::string const name_;
  std::vector<support::Client> clients_;
};

/// Percent-encodes what a query value must not hold.
std::string encoded(std::string const& text);

}  // namespace throughline::histories
