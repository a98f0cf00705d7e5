// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Customers in and out of JSON; what other modules' wire files use is in customers_wire.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/customers.hpp"

namespace throughline::customers {

/// As the column sensitivities holds them and as documents show them.
std::string to_json(std::vector<Sensitivity> const& sensitivities);
std::vector<Sensitivity> parse_sensitivities(std::string_view json);

struct ProfileDifference {
  std::string members = "{}";        // to set, JSON text
  std::vector<std::string> set;      // their names
  std::vector<std::string> cleared;  // names of members to remove
};
/// What an RFC 7396 patch (JSON text; "null" clears all) changes of a profile, member by member.
/// Throws Error(invalid) at /profile where the result would exceed json::free_object_bytes_max.
ProfileDifference profile_difference(std::string_view shown, std::string_view patch);

}  // namespace throughline::customers
