// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Customers: the person as the company knows them. A customer's fields are kept per part; a merged
// customer shows, per field, the last non-null value of any part.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::customers {

struct Sensitivity {
  std::string code;   // "hearing", "bereavement", "vulnerable", … the tenant's own words
  std::string note;   // empty if none
  std::string agent;  // who said so, empty if not given
  Timestamp at;       // when
};

/// Fields of a merge patch: absent untouched, a set member with nullopt inside clears.
template <class T>
using Patched = std::optional<std::optional<T>>;

struct Patch {
  Patched<std::string> display_name;
  Patched<std::string> tier;
  Patched<std::string> language;  // BCP 47
  /// RFC 7396 patch of the profile as JSON text; empty: untouched. Standard fields in it were
  /// checked: given_name family_name full_name date_of_birth address{line1 line2 city region
  /// postal_code country}
  std::string profile;
  Patched<std::vector<Sensitivity>> sensitivities;  // replaces the whole list
  bool empty() const;
};

struct Customer {
  CustomerId id;  // the root
  /// The id that was asked for, when it is not the root's.
  std::optional<CustomerId> merged_from;
  std::int64_t version = 0;  // counts its own fields and identifiers
  std::string display_name;
  std::string tier;
  std::string language;
  std::string profile;  // JSON text
  std::vector<Sensitivity> sensitivities;
  Timestamp created_at;
  Timestamp updated_at;
};

/// Inserts the (empty) record of a part that was just made. Called by identity.
void create(postgres::Tx& tx, Actor const& actor, CustomerId part);

/// By any id of the customer; nullopt if unknown.
std::optional<Customer> find(postgres::Tx& tx, CustomerId id);
/// As find(), throws not_found.
Customer get(postgres::Tx& tx, CustomerId id);
/// display_name of each root, for candidates. Roots without one are absent.
std::map<CustomerId, std::string> display_names(postgres::Tx& tx,
                                                std::span<CustomerId const> roots);

/// Applies a merge patch to the part named and records the change. `expected`: the version of
/// If-Match, compared under the lock (version_mismatch). A patch that changes nothing raises no
/// version.
void update(postgres::Tx& tx, Actor const& actor, CustomerId id, Patch const& patch,
            std::optional<std::int64_t> expected);
/// The same for a customer already locked by a larger operation (upsert); the caller records the
/// change. Returns the names of the fields that changed.
std::vector<std::string> apply(postgres::Tx& tx, Actor const& actor, parts::Locked const& locked,
                               CustomerId part, Patch const& patch);
/// Raises the customer's own version without touching a field: its identifiers changed.
void touch_version(postgres::Tx& tx, CustomerId root);
/// After parts::join(): sets the survivor's own version above both, so that no ETag comes back.
void join_versions(postgres::Tx& tx, CustomerId survivor, CustomerId other);

/// After parts::split(), by the same groups: sets the own versions of all roots above every one of
/// theirs, for the same reason, and gives each part back what it lost when a field was cleared by
/// the id of another part that is no longer with it.
void split(postgres::Tx& tx, std::span<std::vector<CustomerId> const> groups);

/// The customer's document as other modules embed it: {"id":…,"display_name":…,…} without
/// identifiers' module; identity adds "identifiers" (identity::customer_json).
std::string to_json(Customer const& customer, std::string const& identifiers_json);

}  // namespace throughline::customers
