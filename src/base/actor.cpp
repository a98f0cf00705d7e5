// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/actor.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "throughline/base/error.hpp"

namespace throughline {
namespace {

constexpr std::array<std::pair<Scope, std::string_view>, 10> scope_names{{
    {Scope::interactions_read, "interactions:read"},
    {Scope::interactions_write, "interactions:write"},
    {Scope::context_read, "context:read"},
    {Scope::cases_read, "cases:read"},
    {Scope::cases_write, "cases:write"},
    {Scope::customers_read, "customers:read"},
    {Scope::customers_write, "customers:write"},
    {Scope::identity_write, "identity:write"},
    {Scope::sync_read, "sync:read"},
    {Scope::admin, "admin"},
}};
constexpr std::string_view all_word = "all";

constexpr Scopes all_scopes() {
  Scopes all;
  for (auto const& entry : scope_names) all.bits |= static_cast<std::uint16_t>(entry.first);
  return all;
}

}  // namespace

std::optional<Scope> parse_scope(std::string_view word) {
  for (auto const& [scope, known] : scope_names) {
    if (word == known) return scope;
  }
  return std::nullopt;
}

std::string_view name(Scope scope) {
  for (auto const& [known, word] : scope_names) {
    if (scope == known) return word;
  }
  return "none";
}

std::optional<Scopes> parse_scopes(std::string_view words) {
  if (words == all_word) return all_scopes();
  Scopes scopes;
  for (;;) {
    auto const comma = words.find(',');
    auto const scope = parse_scope(words.substr(0, comma));
    if (!scope) return std::nullopt;
    scopes.bits |= static_cast<std::uint16_t>(*scope);
    if (comma == std::string_view::npos) return scopes;
    words.remove_prefix(comma + 1);
  }
}

std::string to_string(Scopes scopes) {
  if (scopes.bits == all_scopes().bits) return std::string(all_word);
  std::string words;
  for (auto const& [scope, word] : scope_names) {
    if (!scopes.allows(scope)) continue;
    if (!words.empty()) words += ',';
    words += word;
  }
  return words;
}

bool same_agent(Agent const& one, Agent const& other) {
  return one.kind == other.kind && one.id == other.id;
}

Timestamp record_time(Actor const& actor, std::optional<Timestamp> asked,
                      std::string_view pointer) {
  if (!asked) return actor.now;
  if (*asked > actor.now + clock_skew_max)
    throw Error({FieldError{std::string(pointer), "must not lie in the future"}});
  if (*asked < actor.now - clock_skew_max && !actor.scopes.allows(Scope::customers_write))
    throw Error(Code::forbidden, std::string(pointer) +
                                     " lies in the past, which needs the scope " +
                                     std::string(name(Scope::customers_write)) + ".");
  return std::min(*asked, actor.now);
}

}  // namespace throughline
