// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Identifiers compared: each kind by the closest pair of values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "throughline/domain/likeness.hpp"

namespace throughline::likeness {

// Levels of the fields of the same names.
enum EmailLevel : std::uint8_t {
  email_absent,
  email_exact,
  email_alias,
  email_close,
  email_local,
  email_shared,
  email_different
};
enum PhoneLevel : std::uint8_t {
  phone_absent,
  phone_exact,
  phone_close,
  phone_shared,
  phone_different
};
enum PersonalLevel : std::uint8_t {
  personal_absent,
  personal_exact,
  personal_close,
  personal_different
};
enum AccountLevel : std::uint8_t {
  account_absent,
  account_exact,
  account_close,
  account_shared,
  account_different
};
enum SocialLevel : std::uint8_t { social_absent, social_exact, social_shared, social_different };

/// Whether a system's numbers are given to one person each by a state: ssn, passport-us, tax-id.
bool numbers_people(std::string_view system);

/// Sets the five fields. Accounts of different systems, and handles of different networks, say
/// nothing about each other.
void compare_identifiers(Record const& one, Record const& other, Pattern& pattern);

/// The two halves of an identifier: before and behind the first mark (the last for an email).
struct Halves {
  std::string_view first, second;
};
Halves halves(std::string_view text, char mark);
/// Digits only, the extension left out.
std::string phone_digits(std::string_view value);
/// So many digits at a number's end are the same however its beginning was written.
inline constexpr std::size_t phone_tail = 7;

}  // namespace throughline::likeness
