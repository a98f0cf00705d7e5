// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "domain/identity/effect.hpp"
#include "domain/identity/placeholders.hpp"
#include "domain/identity/wire_settings.hpp"
#include "throughline/domain/identity_settings.hpp"

namespace throughline::identity {
namespace {

constexpr std::string_view section_name = "identity";
constexpr std::string_view account = "account";

/// "account:<system>" of an account, the type of anything else; a view of `buffer` where one is
/// made.
std::string_view realm_name(std::string_view type, std::string_view value, std::string& buffer) {
  if (type != account) return type;
  buffer.append(account).append(":").append(value.substr(0, value.find(':')));
  return buffer;
}

}  // namespace

std::string_view name(Class kind) {
  switch (kind) {
    case Class::exclusive:
      return "exclusive";
    case Class::strong:
      return "strong";
    case Class::weak:
      return "weak";
  }
  return "strong";
}

Settings::Settings() {
  classes["email"] = classes["account"] = {Class::strong, identifiers_per_class_max};
  classes["phone"] = classes["social"] = {Class::weak, identifiers_per_class_max};
  stale_after["phone"] = phone_stale_after;
}

ClassRule const& Settings::rule_of(std::string_view type, std::string_view value) const {
  std::string buffer;
  auto const own = classes.find(realm_name(type, value, buffer));
  return own != classes.end() ? own->second : classes.find(type)->second;
}

std::string_view Settings::realm_of(std::string_view type, std::string_view value) const {
  return type == account ? value.substr(0, value.find(':')) : std::string_view();
}

bool Settings::is_blocked(std::string_view type, std::string_view value) const {
  if (is_placeholder(type, value)) return true;
  auto const found = blocked.find(type);
  if (found == blocked.end()) return false;
  auto const& [values, patterns] = found->second;
  return std::find(values.begin(), values.end(), value) != values.end() ||
         std::any_of(patterns.begin(), patterns.end(), [value](std::string const& pattern) {
           return matches_pattern(value, pattern);
         });
}

bool Settings::is_stale(std::string_view type, Timestamp confirmed_at, Timestamp now) const {
  auto const limit = stale_after.find(type);
  return limit != stale_after.end() && confirmed_at + limit->second <= now;
}

AskedSettings::AskedSettings(postgres::Tx& tx) : answer_(settings::ask(tx, section_name)) {}

Settings AskedSettings::read() const {
  auto const said = settings::said(answer_);
  return said.empty() ? Settings() : parse_settings(said);
}

settings::Section settings_section() {
  return {
      section_name, check_settings,
      [](postgres::Tx& tx, Actor const& actor, std::string_view before, std::string_view after) {
        return to_json(effect_of(tx, parse_settings(before), parse_settings(after), actor.now));
      },
      true};
}

}  // namespace throughline::identity
