// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Which customers hold which identifiers, within one operation: locked in the one order, looked at
// after the locks, changed in memory while the operation decides, written at its end.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/identity/rules.hpp"
#include "domain/identity/store.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {

/// A known identifier's time of confirmation is written at most this often: a caller who rings ten
/// times a day costs one write.
inline constexpr std::chrono::hours confirmed_every{24};

class Holdings {
 public:
  /// `facts` gets what happens; all three outlive this.
  Holdings(postgres::Tx& tx, Actor const& actor, Facts& facts);

  /// Locks the values, then every customer they lead to and `also`; then looks. Once.
  void lock(std::span<Identifier const> identifiers, std::span<CustomerId const> also);
  parts::Locked& locked() { return locked_; }

  /// The identifier with its active owners, this operation's own attachments included. It must have
  /// been locked.
  Presented present(Identifier const& identifier) const;

  /// A new customer, empty.
  CustomerId create(bool provisional);
  bool has_room(CustomerId root);
  /// Nobody on that root may hold it yet.
  void attach(Identifier const& identifier, CustomerId part);
  /// It was seen again on the root, which holds it.
  void confirm(Identifier const& identifier, CustomerId root);
  /// False if the root does not hold it.
  bool detach(Identifier const& identifier, CustomerId root);

  /// Writes what was attached and confirmed, raises the customers' own versions.
  void write();

 private:
  using Holders = std::vector<store::Holder>;
  /// An identifier that gains or loses its second holder changes what the first one's document says
  /// and what the identifier answers.
  void note_sharing(Holders const& holders, CustomerId except);
  void note(changes::Type type, CustomerId part, std::vector<std::string> fields = {});
  void tell(CustomerId part, std::string_view fact);

  postgres::Tx& tx_;
  Actor const& actor_;
  Facts& facts_;
  parts::Locked locked_;
  std::map<store::Key, Holders> holders_;
  std::map<CustomerId, std::size_t> counts_;  // identifiers of a root, where they were asked for
  std::vector<store::NewHolder> attached_;
  store::Confirmations confirmed_;
  std::set<CustomerId> created_;
  std::set<CustomerId> touched_;  // roots whose own version rises
};

}  // namespace throughline::identity
