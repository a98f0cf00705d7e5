// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/wire.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "domain/identity/rules.hpp"
#include "throughline/base/json.hpp"
#include "throughline/domain/customers_wire.hpp"
#include "throughline/domain/identity_wire.hpp"

namespace throughline::identity {
namespace {

using json::Reader;
using json::Value;

constexpr std::array<std::string_view, 4> types{"email", "phone", "social", "account"};
constexpr std::array<std::string_view, 3> names_in_profile{"given_name", "family_name",
                                                           "full_name"};
constexpr std::array<std::string_view, 3> assurances{"claimed", "channel", "authenticated"};

/// A phone without a region is never refused, so what is wrong with both is wrong with the region.
bool is_region_wrong(RawIdentifier sent, Actor const& actor) {
  if (sent.type != "phone" || sent.region.empty()) return false;
  sent.region.clear();
  return std::holds_alternative<Identifier>(normalise(sent, actor.default_region));
}

Error wrong(std::string pointer, std::string detail) {
  return Error(std::vector<FieldError>{{std::move(pointer), std::move(detail)}});
}

Identifier read_identifier(Reader& in, Actor const& actor) {
  RawIdentifier sent;
  sent.type = in.required_word("type", types);
  sent.value = in.required_text("value", sent_bytes_max);
  sent.region = in.text("region").value_or("");
  sent.assurance = in.word("assurance", assurances).value_or("");
  if (sent.type.empty() || sent.value.empty()) return {};
  auto read = normalise(sent, actor.default_region);
  if (auto* const fault = std::get_if<std::string>(&read)) {
    in.fail(is_region_wrong(sent, actor) ? "region" : "value", std::move(*fault));
    return {};
  }
  return std::get<Identifier>(std::move(read));
}

}  // namespace

std::vector<Identifier> read_identifiers(Reader& in, std::string_view field, Actor const& actor,
                                         std::size_t min) {
  std::vector<Identifier> identifiers;
  in.each(field, min, identifiers_per_request_max,
          [&](Reader& item) { identifiers.push_back(read_identifier(item, actor)); });
  return identifiers;
}

Subject read_subject(Reader& in, Actor const& actor, std::size_t min) {
  Subject subject;
  subject.customer = in.id<CustomerId>("customer_id");
  bool const by_identifiers = in.has("identifiers") && !in.is_null("identifiers");
  bool const by_id = !in.is_null("customer_id") && in.has("customer_id");
  if (by_identifiers) subject.identifiers = read_identifiers(in, "identifiers", actor, min);
  if (by_identifiers == by_id) {
    in.fail("identifiers", "exactly one of identifiers and customer_id is required");
  }
  return subject;
}

Identifier read_path(std::string const& type, std::string const& value, std::string const& region,
                     Actor const& actor) {
  if (std::find(types.begin(), types.end(), type) == types.end()) {
    throw wrong("{type}", "must be one of: email phone social account");
  }
  RawIdentifier const sent{type, value, region, ""};
  auto read = normalise(sent, actor.default_region);
  if (auto* const fault = std::get_if<std::string>(&read)) {
    throw wrong(is_region_wrong(sent, actor) ? "?region" : "{value}", std::move(*fault));
  }
  return std::get<Identifier>(std::move(read));
}

customers::Patch read_customer_patch(std::string_view body, Actor const& actor) {
  Value const object = json::parse_object(body);
  Reader in(object);
  auto patch = customers::read_patch(in, actor);
  in.finish();
  return patch;
}

Upsert read_upsert(std::string_view body, Identifier key, Actor const& actor) {
  Value const object = json::parse_object(body);
  Reader in(object);
  Upsert upsert;
  upsert.key = std::move(key);
  upsert.patch = customers::read_patch(in, actor);
  upsert.identifiers = read_identifiers(in, "identifiers", actor, 0);
  in.finish();
  return upsert;
}

Attachment read_attachment(std::string_view body, Actor const& actor) {
  Value const object = json::parse_object(body);
  Reader in(object);
  Attachment attachment;
  attachment.identifier = read_identifier(in, actor);
  bool const shared = in.boolean("shared").value_or(false);
  bool const move = in.boolean("move").value_or(false);
  if (shared && move) in.fail("move", "must not be true beside shared");
  if (shared || move) attachment.others = shared ? Others::share : Others::move;
  in.finish();
  return attachment;
}

// --- documents -------------------------------------------------------------------------------

namespace {

Value name_of(CustomerId customer, Names const& names) {
  auto const found = names.find(customer);
  return found == names.end() ? Value() : Value(found->second);
}

}  // namespace

std::string path_of(CustomerId customer) {
  return "/v1/customers/" + customer.str();
}

std::string to_json(std::span<Owned const> identifiers) {
  Value list = Value::array();
  for (Owned const& owned : identifiers) {
    list.push_back({{"type", owned.type},
                    {"value", owned.value},
                    {"assurance", owned.assurance},
                    {"shared", owned.shared},
                    {"part_id", owned.part.str()},
                    {"valid_from", format_rfc3339(owned.valid_from)},
                    {"confirmed_at", format_rfc3339(owned.confirmed_at)}});
  }
  return json::dump(list);
}

std::string shared_evidence(std::string_view type) {
  return json::dump(Value::array({{{"field", type}, {"level", "shared"}}}));
}

std::string to_json(std::span<Candidate const> candidates, Names const& names) {
  Value list = Value::array();
  for (Candidate const& candidate : candidates.first(std::min(candidates.size(), candidates_max))) {
    list.push_back({{"id", candidate.customer.str()},
                    {"display_name", name_of(candidate.customer, names)},
                    {"grade", candidate.grade}});
  }
  return json::dump(list);
}

std::string upserted_json(std::string const& customer_json,
                          std::span<ShownConflict const> conflicts,
                          std::optional<MatchId> const& review) {
  Value document = Value::parse(customer_json);
  document["match_id"] = review ? Value(review->str()) : Value();
  Value& list = document["conflicts"] = Value::array();
  for (ShownConflict const& conflict : conflicts) {
    list.push_back({{"type", conflict.identifier.type},
                    {"value", conflict.identifier.value},
                    {"reason", conflict.reason},
                    {"owners", Value::parse(conflict.owners_json)}});
  }
  return json::dump(document);
}

std::string profile_with_name(std::string const& profile, std::string const& display_name) {
  if (display_name.empty()) return profile;
  Value document = Value::parse(profile);
  bool const named =
      std::any_of(names_in_profile.begin(), names_in_profile.end(),
                  [&document](std::string_view name) { return document.contains(name); });
  if (!named) document["full_name"] = display_name;
  return json::dump(document);
}

std::string free_members(std::string const& profile) {
  if (profile.empty()) return {};
  Value free = Value::object();
  Value const document = Value::parse(profile);
  for (auto const& [member, value] : document.items()) {
    bool const named = std::find(names_in_profile.begin(), names_in_profile.end(), member) !=
                       names_in_profile.end();
    bool const compared = named || member == "date_of_birth" || member == "address";
    if (!compared && !value.is_null()) free[member] = value;
  }
  return free.empty() ? std::string() : json::dump(free);
}

// --- receipts --------------------------------------------------------------------------------

namespace {

CustomerId customer_at(Value const& value) {
  return CustomerId::parse(value.get_ref<std::string const&>()).value();
}

}  // namespace

std::string to_refs(CustomerRefs const& refs) {
  Value value = {
      {"customer", refs.customer.str()}, {"conflicts", refs.conflicts}, {"reasons", refs.reasons}};
  if (refs.review) value["review"] = refs.review->str();
  return json::dump(value);
}

CustomerRefs parse_customer_refs(std::string_view refs) {
  Value const value = Value::parse(refs);
  CustomerRefs read;
  read.customer = customer_at(value.at("customer"));
  read.conflicts = value.at("conflicts").get<std::vector<std::size_t>>();
  if (value.contains("review")) read.review = MatchId::parse(value["review"].get<std::string>());
  // A receipt of an earlier version of the program knows but one reason.
  read.reasons = value.value("reasons", std::vector<std::string>(read.conflicts.size(), "taken"));
  return read;
}

}  // namespace throughline::identity
