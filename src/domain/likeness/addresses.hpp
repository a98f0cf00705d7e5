// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Addresses: street types spelled out or not, lines in any order, compared.
#pragma once

#include <cstdint>
#include <string_view>

#include "throughline/domain/likeness.hpp"

namespace throughline::likeness {

struct AddressText {
  std::string_view line1, line2, city, postal_code, country;
};
Address read_address(AddressText const& text);

/// Levels of Field::address.
enum AddressLevel : std::uint8_t {
  address_absent,
  address_home,
  address_street,
  address_postal_code,
  address_city,
  address_different
};
AddressLevel compare_addresses(Address const& one, Address const& other);

/// The first house number of a line: empty if there is none.
std::string_view house_number(std::vector<std::string> const& line);
/// What names the street: neither a number nor the kind of street nor a direction.
bool is_street_word(std::string_view word);

}  // namespace throughline::likeness
