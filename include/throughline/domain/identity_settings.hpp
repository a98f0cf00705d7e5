// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a tenant may set about identity: GET, PATCH /v1/settings/identity.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/settings.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::identity {

/// exclusive: at most one on a customer; another one contradicts. Only by choice: a customer
/// number, a government id. strong: enough to recognise somebody by. weak: not enough alone where
/// names or dates disagree.
enum class Class { exclusive, strong, weak };
std::string_view name(Class kind);

inline constexpr std::size_t identifiers_per_class_max = 5;  // of a type or system, unless set
inline constexpr std::size_t blocked_values_max = 500;       // that a tenant may block, of a type
inline constexpr std::size_t blocked_patterns_max = 50;
inline constexpr std::size_t systems_max = 200;  // that have a class of their own
inline constexpr std::chrono::days phone_stale_after{90};

struct ClassRule {
  Class kind = Class::strong;
  std::size_t max = identifiers_per_class_max;  // active on one customer; 1 where exclusive
  bool operator==(ClassRule const&) const = default;
};

struct Blocked {
  std::vector<std::string> values;    // normalised
  std::vector<std::string> patterns;  // of normalised values; "*" stands for any text
};

struct Settings {
  /// By type; an account system's own by "account:<system>".
  std::map<std::string, ClassRule, std::less<>> classes;
  std::map<std::string, Blocked, std::less<>> blocked;  // by type, beside the built-in placeholders
  /// By type: unconfirmed for so long, an identifier gives way to whatever else is brought, finds
  /// its customer no better than possibly, and attaches nothing. Absent: never so.
  std::map<std::string, std::chrono::days, std::less<>> stale_after;
  /// Of scored matches: the probability from which one is made without asking, that from which it
  /// is put up for review, and by how many bits of evidence the best has to be ahead of the next.
  double automatic = 0.99;
  double review = 0.05;
  double margin_bits = 7;

  /// The settings of a tenant that has set nothing.
  Settings();
  ClassRule const& rule_of(std::string_view type, std::string_view value) const;
  /// What rule_of() speaks of: all values of the type, or of the account's system. Values in one
  /// realm contradict one another where the class is exclusive.
  std::string_view realm_of(std::string_view type, std::string_view value) const;
  /// Placeholders and test values, built in or the tenant's own. Such a value links nobody.
  bool is_blocked(std::string_view type, std::string_view value) const;
  /// Confirmed so long ago that it gives way.
  bool is_stale(std::string_view type, Timestamp confirmed_at, Timestamp now) const;
};

/// Settings on their way, beside the other statements of a transaction (settings::ask).
class AskedSettings {
 public:
  explicit AskedSettings(postgres::Tx& tx);
  Settings read() const;

 private:
  postgres::Answer answer_;
};

/// The section `identity`.
settings::Section settings_section();

}  // namespace throughline::identity
