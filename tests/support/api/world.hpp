// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "support/api/api.hpp"

namespace throughline::support {

/// One customer with one of everything, made over HTTP (but the match, which is rules' to raise).
/// Two worlds of the same number in different tenants have the same identifiers, subjects and
/// foreign ids, and differ only in the ids they were given and in their secret; worlds of different
/// numbers share no identifier.
class World {
 public:
  /// `secret` is a word that every text of the world holds.
  World(Api& api, Api::Tenant const& tenant, int number, std::string secret);

  /// customer, interaction (live, of the customer), case (of that interaction), note, commitment,
  /// message; handed_interaction (another of the customer) and handoff, by which it is offered;
  /// stranger, stranger_interaction (of a caller yet unknown); pair and twin, who were joined by
  /// merge; match, which asks whether doubt is likely or unlikely; email, phone, spare_phone (all
  /// the customer's), new_phone (nobody's); number; secret.
  std::string const& at(std::string_view name) const;
  /// The text with every <name> replaced.
  std::string fill(std::string_view text) const;
  /// The same world with another value under one of its names.
  World with(std::string_view name, std::string value) const;
  /// The names that are ids given by the server, with the ids.
  std::map<std::string, std::string> ids() const;

 private:
  void make_promises(Api& api, Api::Tenant const& tenant);
  void make_customer(Client& client);
  void make_records(Client& client);
  void make_handoff(Client& client);
  void make_stranger(Client& client);
  void make_pair(Client& client);
  void make_match(Client& client, Api& api, Api::Tenant const& tenant);

  std::map<std::string, std::string, std::less<>> names_;
};

}  // namespace throughline::support
