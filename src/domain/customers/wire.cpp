// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/customers/wire.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "throughline/base/json.hpp"
#include "throughline/domain/customers_wire.hpp"

namespace throughline::customers {
namespace {

using json::Reader;
using json::Value;

constexpr std::size_t word_max = 64;                // characters of a tier, a code
constexpr std::size_t language_max = 35;            // RFC 5646 4.4.1
constexpr std::size_t sensitivity_note_max = 1000;  // characters
constexpr std::string_view midnight = "T00:00:00Z";

Patched<std::string> patched_text(Reader& in, std::string_view field, std::size_t max) {
  if (!in.has(field)) return std::nullopt;
  if (in.is_null(field)) return Patched<std::string>(std::in_place);
  return Patched<std::string>(std::in_place, in.required_text(field, max));
}

/// The shape of a BCP 47 tag; whether its subtags are registered is not asked.
bool is_language(std::string_view text) {
  std::size_t subtag = 0;
  bool primary = true;
  for (char const c : text) {
    bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool const digit = c >= '0' && c <= '9';
    if (c == '-' && subtag >= (primary ? 2u : 1u)) {
      subtag = 0;
      primary = false;
    } else if ((letter || (digit && !primary)) && subtag < 8) {
      ++subtag;
    } else {
      return false;
    }
  }
  return subtag >= (primary ? 2u : 1u);
}

Patched<std::string> patched_language(Reader& in) {
  auto language = patched_text(in, "language", language_max);
  bool const sent = language && *language && !(*language)->empty();
  if (sent && !is_language(**language)) {
    in.fail("language", "must be a language tag as BCP 47 has it: en, pt-BR");
  }
  return language;
}

/// Members that are no standard fields are free; asking for them makes them known.
void allow_all(Reader& in, Value const& object) {
  for (auto const& [member, value] : object.get_ref<Value::object_t const&>()) in.has(member);
}

void check_address(Reader& in, Value const& address) {
  static constexpr std::array<std::string_view, 6> fields{"line1",  "line2",       "city",
                                                          "region", "postal_code", "country"};
  allow_all(in, address);
  for (auto const field : fields) in.text(field);
}

void check_date(Reader& in, Dates dates) {
  auto const born = in.text("date_of_birth");
  if (!born || dates == Dates::as_said) return;
  if (born->size() != 10 || !parse_rfc3339(*born + std::string(midnight))) {
    in.fail("date_of_birth", "must be a date: YYYY-MM-DD, from 1900 on");
  }
}

void check_standard_fields(Reader& in, Value const& profile, Dates dates) {
  allow_all(in, profile);
  for (auto const field : {"given_name", "family_name", "full_name"}) in.text(field);
  check_date(in, dates);
  in.nested("address", [&profile](Reader& address) { check_address(address, profile["address"]); });
}

Patched<std::vector<Sensitivity>> read_sensitivities(Reader& in, Actor const& actor) {
  if (!in.has("sensitivities")) return std::nullopt;
  std::vector<Sensitivity> items;
  in.each("sensitivities", 0, sensitivities_max, [&](Reader& item) {
    Sensitivity read;
    read.code = item.required_text("code", word_max);
    read.note = item.prose("note", sensitivity_note_max).value_or("");
    read.agent = item.text("agent").value_or("");
    read.at = actor.now;
    item.time("at");
    items.push_back(std::move(read));
  });
  return Patched<std::vector<Sensitivity>>(std::in_place, std::move(items));
}

Value text_or_null(std::string const& text) {
  return text.empty() ? Value() : Value(text);
}

Value to_value(std::vector<Sensitivity> const& sensitivities) {
  Value list = Value::array();
  for (Sensitivity const& item : sensitivities) {
    Value& shown = list.emplace_back(Value{{"code", item.code}, {"at", format_rfc3339(item.at)}});
    if (!item.note.empty()) shown["note"] = item.note;
    if (!item.agent.empty()) shown["agent"] = item.agent;
  }
  return list;
}

}  // namespace

std::string read_profile(Reader& in, Dates dates) {
  if (!in.has("profile")) return {};
  if (in.is_null("profile")) return "null";
  auto const profile = in.object("profile");
  if (!profile) return {};
  in.nested("profile", [&](Reader& fields) { check_standard_fields(fields, *profile, dates); });
  return json::dump(*profile);
}

Patch read_patch(Reader& in, Actor const& actor) {
  Patch patch;
  patch.display_name = patched_text(in, "display_name", json::short_text_max);
  patch.tier = patched_text(in, "tier", word_max);
  patch.language = patched_language(in);
  patch.profile = read_profile(in, Dates::checked);
  patch.sensitivities = read_sensitivities(in, actor);
  return patch;
}

std::string to_json(std::vector<Sensitivity> const& sensitivities) {
  return json::dump(to_value(sensitivities));
}

std::vector<Sensitivity> parse_sensitivities(std::string_view json) {
  std::vector<Sensitivity> items;
  for (Value const& item : Value::parse(json)) {
    items.push_back({item.at("code"), item.value("note", ""), item.value("agent", ""),
                     parse_rfc3339(item.at("at").get_ref<std::string const&>()).value()});
  }
  return items;
}

ProfileDifference profile_difference(std::string_view shown, std::string_view patch) {
  Value const before = Value::parse(shown);
  Value const asked = Value::parse(patch);
  Value after = Value::object();
  if (!asked.is_null()) {
    after = before;
    after.merge_patch(asked);
  }
  if (json::dump(after).size() > json::free_object_bytes_max) {
    throw Error(std::vector<FieldError>{
        {"/profile", "would exceed " + std::to_string(json::free_object_bytes_max) +
                         " bytes as JSON text with what it already holds"}});
  }
  ProfileDifference difference;
  Value members = Value::object();
  for (auto const& [member, value] : after.get_ref<Value::object_t const&>()) {
    auto const known = before.find(member);
    if (known != before.end() && *known == value) continue;
    members[member] = value;
    difference.set.push_back(member);
  }
  for (auto const& [member, value] : before.get_ref<Value::object_t const&>()) {
    if (!after.contains(member)) difference.cleared.push_back(member);
  }
  difference.members = json::dump(members);
  return difference;
}

std::string to_json(Customer const& customer, std::string const& identifiers_json) {
  Value document = {{"id", customer.id.str()},
                    {"version", customer.version},
                    {"display_name", text_or_null(customer.display_name)},
                    {"tier", text_or_null(customer.tier)},
                    {"language", text_or_null(customer.language)},
                    {"identifiers", Value::parse(identifiers_json)},
                    {"sensitivities", to_value(customer.sensitivities)},
                    {"profile", Value::parse(customer.profile)},
                    {"created_at", format_rfc3339(customer.created_at)},
                    {"updated_at", format_rfc3339(customer.updated_at)}};
  if (customer.merged_from) document["merged_into"] = customer.id.str();
  return json::dump(document);
}

}  // namespace throughline::customers
