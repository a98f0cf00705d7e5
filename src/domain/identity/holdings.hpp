// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Which customers hold which identifiers, within one operation: locked in the one order, looked at
// after the locks, changed in memory while the operation decides, written at its end.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/identity/rules.hpp"
#include "domain/identity/store.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/domain/identity_settings.hpp"

namespace throughline::identity {

/// A known identifier's time of confirmation is written at most this often: a caller who rings ten
/// times a day costs one write.
inline constexpr std::chrono::hours confirmed_every{24};

/// The identifier as the rules look at it: its owners, one a root, and what is known of the value.
Presented present(Settings const& settings, Identifier const& identifier,
                  std::span<store::Holder const> holders, Timestamp now);

/// Each of these, among the holders that were looked up.
std::vector<Presented> present_all(Settings const& settings,
                                   std::span<Identifier const> identifiers,
                                   std::map<Key, std::vector<store::Holder>> const& holders,
                                   Timestamp now);

/// Customers whom identifiers lead to and who cannot be meant: they hold another value of a class
/// that is exclusive. `held` is asked only where such a value was brought that they do not hold.
std::vector<CustomerId> contradicted(Settings const& settings, std::span<Presented const> presented,
                                     std::function<std::vector<Key>(CustomerId)> const& held);

class Holdings {
 public:
  /// `facts` gets what happens; all three outlive this.
  Holdings(postgres::Tx& tx, Actor const& actor, Facts& facts);

  /// Locks the values, then every customer they lead to (but for Reach::few) and `also`; then
  /// looks, and so does `look`. The tenant's settings travel along. Once.
  void lock(std::span<Identifier const> identifiers, std::span<CustomerId const> also,
            store::Reach reach = store::Reach::few, std::function<void()> const& look = {});
  parts::Locked& locked() { return locked_; }
  Settings const& settings() const { return settings_; }

  /// The identifier with its active owners, this operation's own attachments included. One that was
  /// not locked has none.
  Presented present(Identifier const& identifier) const;
  std::vector<Presented> present_all(std::span<Identifier const> identifiers) const;
  /// As the function of this name.
  std::vector<CustomerId> contradicted(std::span<Presented const> presented);
  /// What led to customers who cannot be meant was seen with two people: it is shared from now on.
  void share_what_misled(std::span<Presented const> presented,
                         std::span<CustomerId const> contradicted);
  /// What the root holds, over all its parts.
  std::vector<Key> const& held(CustomerId root);
  Room room(Identifier const& identifier, CustomerId root);

  /// A new customer, empty.
  CustomerId create(bool provisional);
  /// A new part, empty, that is to be joined to a customer at once: nobody new.
  CustomerId create_part();
  /// Nobody on that root may hold it yet.
  void attach(Identifier const& identifier, CustomerId part);
  /// It was seen again on the root, which holds it.
  void confirm(Identifier const& identifier, CustomerId root);
  /// False if the root does not hold it.
  bool detach(Identifier const& identifier, CustomerId root);
  /// From now on the value decides nothing. Its owners must be locked.
  void share(Key const& key, std::string_view why);
  /// It does so again: a person has said whose it is.
  void unshare(Key const& key);
  /// A record of the part came with a value that others hold.
  void sight(Identifier const& identifier, CustomerId part);
  /// So far as there is any; whether there was.
  bool write_sightings();
  /// An identifier that was brought was not attached, and why stands in the answer.
  void tell_refused(CustomerId part) { tell(part, "not_attached"); }

  /// Writes what was attached, confirmed and seen, raises the customers' own versions.
  void write();

 private:
  /// Asks people whether links that rested on a value, shared from now on, should stand.
  void question_links(Key const& key);
  void lock_only(std::span<CustomerId const> customers, std::function<void()> const& look);
  CustomerId make(bool provisional);
  void append_keys();
  using Holders = std::vector<store::Holder>;
  /// An identifier that gains or loses its second holder changes what the first one's document says
  /// and what the identifier answers: it leads to the first one alone no more, or again.
  enum class Alone { no_more, again };
  void note_sharing(Holders const& holders, CustomerId except, Alone alone);
  void note(changes::Type type, CustomerId part, std::vector<std::string> fields = {});
  void tell(CustomerId part, std::string_view fact);

  postgres::Tx& tx_;
  Actor const& actor_;
  Facts& facts_;
  Settings settings_;
  parts::Locked locked_;
  std::map<store::Key, Holders> holders_;
  std::set<store::Key> shared_;                  // known to be
  std::map<CustomerId, std::vector<Key>> held_;  // by roots, where it was asked for
  std::vector<store::NewHolder> attached_;
  store::Confirmations confirmed_;
  std::vector<store::Sighting> sightings_;
  std::set<CustomerId> created_;
  std::int64_t newcomers_ = 0;    // as they are counted
  std::set<CustomerId> touched_;  // roots whose own version rises
};

}  // namespace throughline::identity
