// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/contacts.hpp"

#include <algorithm>
#include <array>

#include "domain/likeness/edits.hpp"

namespace throughline::likeness {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Shorter texts one edit apart are two texts.
constexpr std::size_t local_length_min = 5;
constexpr std::size_t domain_length_min = 7;
constexpr std::size_t number_length_min = 6;

/// Mailboxes of a task, not of a person.
bool is_role(std::string_view local) {
  constexpr std::array<std::string_view, 30> roles{
      "info",       "office",        "sales",   "accounts",
      "admin",      "administrator", "contact", "contacto",
      "hello",      "mail",          "team",    "support",
      "help",       "helpdesk",      "service", "customerservice",
      "enquiries",  "inquiries",     "billing", "invoices",
      "orders",     "reception",     "hr",      "jobs",
      "marketing",  "press",         "noreply", "no-reply",
      "postmaster", "webmaster"};
  return std::find(roles.begin(), roles.end(), local) != roles.end();
}

/// The same letters and other digits: anna81 and anna18 are two people, and customer17 and
/// customer18 certainly.
bool differ_in_digits(std::string_view one, std::string_view other) {
  std::string letters[2];
  std::string digits[2];
  for (char const c : one) (is_digit(c) ? digits : letters)[0] += c;
  for (char const c : other) (is_digit(c) ? digits : letters)[1] += c;
  return letters[0] == letters[1] && digits[0] != digits[1];
}

std::string_view aliased(Value const& email) {
  return email.alias.empty() ? std::string_view(email.value) : std::string_view(email.alias);
}

bool are_one_edit_apart(std::string_view one, std::string_view other, std::size_t length_min) {
  std::size_t const longer = std::max(one.size(), other.size());
  return std::min(one.size(), other.size()) >= length_min && longer <= compared_bytes_max &&
         edits(one, other, 1) <= 1;
}

bool are_close_locals(std::string_view one, std::string_view other) {
  return are_one_edit_apart(one, other, local_length_min) && !differ_in_digits(one, other);
}

/// Domains are long and few: two edits, or letters in another order, are a typo still.
bool are_close_domains(std::string_view one, std::string_view other) {
  if (std::min(one.size(), other.size()) < domain_length_min) return false;
  return edits(one, other, 2) <= 2 || is_anagram(one, other);
}

EmailLevel compare_emails(Value const& one, Value const& other) {
  bool const alias = aliased(one) == aliased(other);
  if (alias && (one.shared || other.shared || is_role(halves(one.value, '@').first))) {
    return email_shared;
  }
  if (one.value == other.value) return one.exact && other.exact ? email_exact : email_shared;
  if (alias) return email_alias;
  Halves const first = halves(one.value, '@');
  Halves const second = halves(other.value, '@');
  bool const locals = first.first == second.first;
  bool const domains = first.second == second.second;
  if (domains && are_close_locals(first.first, second.first)) return email_close;
  if (!locals || is_role(first.first)) return email_different;
  if (are_close_domains(first.second, second.second)) return email_close;
  return first.first.size() < local_length_min ? email_different : email_local;
}

PhoneLevel compare_phones(Value const& one, Value const& other) {
  if (one.value == other.value) {
    bool const fit = one.exact && other.exact && !one.shared && !other.shared;
    return fit ? phone_exact : phone_shared;
  }
  if (one.shared || other.shared) return phone_different;
  std::string const first = phone_digits(one.value);
  std::string const second = phone_digits(other.value);
  if (std::min(first.size(), second.size()) < phone_tail) return phone_different;
  bool const tail = first.ends_with(std::string_view(second).substr(second.size() - phone_tail)) &&
                    (!one.exact || !other.exact);
  return tail || edits(first, second, 1) <= 1 ? phone_close : phone_different;
}

AccountLevel compare_accounts(Value const& one, Value const& other) {
  Halves const first = halves(one.value, ':');
  Halves const second = halves(other.value, ':');
  if (first.first != second.first) return account_absent;
  if (one.value == other.value) {
    bool const fit = one.exact && other.exact && !one.shared && !other.shared;
    return fit ? account_exact : account_shared;
  }
  return are_one_edit_apart(first.second, second.second, number_length_min) ? account_close
                                                                            : account_different;
}

void note(Pattern& pattern, Field field, std::uint8_t level) {
  auto& best = pattern[static_cast<std::size_t>(field)];
  if (level != 0 && (best == 0 || level < best)) best = level;
}

void note_accounts(Value const& one, Value const& other, Pattern& pattern) {
  AccountLevel const level = compare_accounts(one, other);
  if (!numbers_people(halves(one.value, ':').first)) {
    return note(pattern, Field::account, level);
  }
  // A number known to be several people's says nothing.
  if (level == account_exact) note(pattern, Field::personal_number, personal_exact);
  if (level == account_close) note(pattern, Field::personal_number, personal_close);
  if (level == account_different) note(pattern, Field::personal_number, personal_different);
}

SocialLevel compare_handles(Value const& one, Value const& other) {
  if (halves(one.value, ':').first != halves(other.value, ':').first) return social_absent;
  if (one.value != other.value) return social_different;
  return one.shared || other.shared ? social_shared : social_exact;
}

void compare_values(Value const& one, Value const& other, Pattern& pattern) {
  if (one.type == "email") return note(pattern, Field::email, compare_emails(one, other));
  if (one.type == "phone") return note(pattern, Field::phone, compare_phones(one, other));
  if (one.type == "account") return note_accounts(one, other, pattern);
  if (one.type == "social") note(pattern, Field::social, compare_handles(one, other));
}

}  // namespace

bool numbers_people(std::string_view system) {
  constexpr std::array<std::string_view, 28> words{
      "ssn",      "soc",      "sin",        "nin",     "nino",    "nid",      "nric",
      "bsn",      "cpf",      "curp",       "pesel",   "aadhaar", "medicare", "nhs",
      "passport", "national", "government", "gov",     "tax",     "tin",      "itin",
      "licence",  "license",  "driver",     "drivers", "dl",      "identity", "citizen"};
  while (!system.empty()) {
    std::size_t const end = std::min(system.find_first_of(".-_"), system.size());
    if (std::find(words.begin(), words.end(), system.substr(0, end)) != words.end()) return true;
    system.remove_prefix(std::min(end + 1, system.size()));
  }
  return false;
}

Halves halves(std::string_view text, char mark) {
  auto const at = mark == '@' ? text.rfind(mark) : text.find(mark);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::string phone_digits(std::string_view value) {
  std::string digits;
  for (char const c : value.substr(0, value.find(';'))) {
    if (is_digit(c)) digits += c;
  }
  return digits;
}

void compare_identifiers(Record const& one, Record const& other, Pattern& pattern) {
  for (auto const& value : one.identifiers) {
    for (auto const& against : other.identifiers) {
      if (value.type == against.type) compare_values(value, against, pattern);
    }
  }
}

}  // namespace throughline::likeness
