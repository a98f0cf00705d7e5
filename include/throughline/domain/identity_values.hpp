// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What an identifier is once it has been read: the forms in which two systems write the same phone
// number, address, handle or account become one value. Pure functions: no database, no clock.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace throughline::identity {

inline constexpr std::size_t sent_bytes_max = 1024;       // an identifier as sent
inline constexpr std::size_t value_bytes_max = 512;       // an identifier as stored
inline constexpr std::size_t email_bytes_max = 254;       // RFC 5321 4.5.3.1.3, without <>
inline constexpr std::size_t email_local_bytes_max = 64;  // RFC 5321 4.5.3.1.1

/// As a caller sends it.
struct RawIdentifier {
  std::string type;
  std::string value;
  std::string region;     // ISO 3166-1 alpha-2, for a phone in national format; may be empty
  std::string assurance;  // may be empty
};

/// As it is stored and compared.
struct Identifier {
  std::string type;  // "email" "phone" "social" "account"
  /// The canonical text: unique per tenant and type. Stable: normalising it again, under the same
  /// region, gives it back.
  ///   email    local part folded, domain in lower case, as A-labels: "jane@xn--bcher-kva.example"
  ///   phone    E.164 and the extension, which makes another phone: "+6433316005;ext=1234"; where
  ///            libphonenumber finds no number, the text itself
  ///   social   "network:handle", both folded, without "@"; profile URLs are taken apart
  ///   account  "system:NUMBER", the system in lower case, the number in upper case without spaces
  ///            and dashes, leading zeros kept
  std::string value;
  /// Email only: the address that the provider delivers this one to as well (dots and tags gone).
  /// Two addresses are aliases where these are equal, `value` standing in for an empty one. Empty
  /// where the provider's rule changes nothing or is not known.
  std::string alias;
  std::string extension;  // phone only, digits; `value` ends in it
  std::string raw;        // as sent, without the white space around it; case kept
  std::string region;     // the region by which a national phone number was read, else empty
  std::string assurance;  // "claimed" (when none was sent) "channel" "authenticated"
  /// False: a phone that is no number, one of an impossible length (a short code), or national
  /// without a region. It is found by its value like any other, and never merged on.
  bool exact = true;
};

/// The identifier, or why it is refused: a sentence part for an error's detail ("must be …") that
/// names the remedy and never repeats the value.
using Normalised = std::variant<Identifier, std::string>;

/// `default_region` is the tenant's, used for a phone sent without one; may be empty. An unknown
/// region in the request is refused; an unknown default is the same as none.
/// Thread-safe. Costs less than a microsecond (a domain beyond ASCII 5); a phone in E.164 costs 8,
/// in another spelling up to 30: libphonenumber's parser. The first phone of a process waits 5 ms
/// for its tables.
Normalised normalise(RawIdentifier const& sent, std::string_view default_region);

}  // namespace throughline::identity
