// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Customers as they stand in request bodies, for the wire files of modules that take them too.
#pragma once

#include "throughline/base/actor.hpp"
#include "throughline/domain/customers.hpp"

namespace throughline::json {
class Reader;
}

namespace throughline::customers {

inline constexpr std::size_t sensitivities_max = 20;

/// Reads display_name, tier, language, profile and sensitivities as a merge patch: absent
/// untouched, null clears. What is wrong gathers in the reader. Sensitivities are stamped with
/// actor.now; an `at` that a caller sends back as it read it is checked and otherwise ignored.
Patch read_patch(json::Reader& in, Actor const& actor);
/// The field `profile` alone, as Patch has it: standard fields checked, empty where it is absent.
/// `as_said`: a date of birth is taken as a record has it, however it is written or mistyped.
enum class Dates { checked, as_said };
std::string read_profile(json::Reader& in, Dates dates);

}  // namespace throughline::customers
