// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a merge patch changes of a customer as it is shown. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "throughline/domain/customers.hpp"

namespace throughline::customers {

/// A field that already shows the patch's value is not among them.
struct Difference {
  std::vector<std::string> fields;  // names of the fields that change, as the feed has them
  // What the part named gets; nullopt leaves it alone.
  std::optional<std::string> display_name, tier, language;
  std::optional<std::string> sensitivities;  // JSON text
  std::string profile = "{}";                // members to set, JSON text
  std::vector<std::string> set;              // keys of the above in field_times
  // What every part loses.
  std::vector<std::string> cleared;          // keys in field_times, the members' included
  std::vector<std::string> cleared_members;  // of the profile
};

/// Throws Error(invalid) where the profile would grow beyond its limit.
Difference difference(Customer const& shown, Patch const& patch);

}  // namespace throughline::customers
