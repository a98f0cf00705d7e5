// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Identity in and out of JSON; what other modules' wire files use is in identity_wire.hpp.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/identity/question.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {

// --- requests: each throws Error(invalid) with all that is wrong -----------------------------

/// The identifier of a path; what is wrong is named {type}, {value} or ?region.
Identifier read_path(std::string const& type, std::string const& value, std::string const& region,
                     Actor const& actor);
customers::Patch read_customer_patch(std::string_view body, Actor const& actor);
Upsert read_upsert(std::string_view body, Identifier key, Actor const& actor);

struct Attachment {
  Identifier identifier;
  Others others = Others::refuse;
};
Attachment read_attachment(std::string_view body, Actor const& actor);
Question read_question(std::string_view body, Actor const& actor);

// --- documents -------------------------------------------------------------------------------

/// "/v1/customers/<id>"
std::string path_of(CustomerId customer);

using Names = std::map<CustomerId, std::string>;

std::string to_json(std::span<Owned const> identifiers);
std::string to_json(std::span<Candidate const> candidates, Names const& names);
/// What a link rested on that is in question: a value of this type.
std::string shared_evidence(std::string_view type);

struct ShownConflict {
  Identifier identifier;
  std::string owners_json;
  std::string reason;
};
/// The customer's document with the members `conflicts` and `match_id`.
std::string upserted_json(std::string const& customer_json,
                          std::span<ShownConflict const> conflicts,
                          std::optional<MatchId> const& review);
std::string answer_json(Answer const& answer, bool dry_run, Names const& names,
                        std::vector<std::vector<Leading>> const& leading);

/// The profile with the display name for a name, where it tells none itself.
std::string profile_with_name(std::string const& profile, std::string const& display_name);

/// The members of the profile that are not compared; empty if there are none.
std::string free_members(std::string const& profile);

// --- receipts: ids and places, never texts ---------------------------------------------------

struct CustomerRefs {
  CustomerId customer;
  /// Of an upsert: which of its identifiers were not taken, as places in distinct(key,
  /// identifiers), and why each was not.
  std::vector<std::size_t> conflicts;
  std::vector<std::string> reasons;
  std::optional<MatchId> review;
};
std::string to_refs(CustomerRefs const& refs);
CustomerRefs parse_customer_refs(std::string_view refs);
std::string to_refs(Answer const& answer);
Answer parse_answer_refs(std::string_view refs);

}  // namespace throughline::identity
