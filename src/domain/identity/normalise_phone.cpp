// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "domain/identity/normalise.hpp"
#include "domain/identity/unicode.hpp"

namespace throughline::identity {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr auto unknown_region =
    "must have a region that is an ISO 3166-1 alpha-2 code with telephones, such as US";

/// The code in upper case if libphonenumber knows the region, else empty.
std::string known_region(std::string_view sent) {
  auto const is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (sent.size() != 2 || !std::all_of(sent.begin(), sent.end(), is_letter)) return {};
  std::string region = upper_compatible(sent);
  bool const known = PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region) != 0;
  return known ? region : std::string();
}

struct Parsed {
  std::string e164;
  std::string extension;
  bool has_possible_length;  // some number of its country is as long
};

std::optional<Parsed> parse(std::string const& text, std::string const& region) {
  PhoneNumberUtil const& util = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (util.Parse(text, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return std::nullopt;
  Parsed parsed;
  util.Format(number, PhoneNumberUtil::E164, &parsed.e164);
  parsed.extension = number.extension();
  parsed.has_possible_length =
      util.IsPossibleNumberWithReason(number) == PhoneNumberUtil::IS_POSSIBLE;
  return parsed;
}

/// Whether the number, written as E.164, is read as itself. Not so where no numbering plan is right
/// about the number and its first digits look like a prefix that is to be dropped.
bool is_stable(std::string const& text, Parsed const& parsed) {
  if (text == parsed.e164) return true;
  auto const again = parse(parsed.e164, "");
  return again && again->e164 == parsed.e164;
}

bool is_international(std::string_view text) {
  return text.starts_with('+') || text.starts_with("tel:+");
}

}  // namespace

Normalised normalise_phone(std::string_view text, std::string_view region,
                           std::string_view default_region) {
  std::string const known = known_region(region.empty() ? default_region : region);
  if (known.empty() && !region.empty()) return unknown_region;

  Identifier phone;
  // Compatibility forms first, so that full-width digits and narrow spaces cost no match.
  phone.value = squeeze(nfkc(text));
  if (!is_international(phone.value)) phone.region = known;
  auto parsed = parse(phone.value, known);
  phone.exact = false;
  if (parsed && is_stable(phone.value, *parsed)) {
    phone.value = std::move(parsed->e164);
    phone.extension = std::move(parsed->extension);
    if (!phone.extension.empty()) phone.value += ";ext=" + phone.extension;
    phone.exact = parsed->has_possible_length;
  }
  return phone;
}

}  // namespace throughline::identity
