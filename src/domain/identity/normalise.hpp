// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One function for each type of identifier. Each takes trimmed, well-formed UTF-8 without control
// characters, of at most sent_bytes_max, and sets what belongs to the type: value, alias,
// extension, region, exact. What is common to all types is normalise()'s.
#pragma once

#include <string>
#include <string_view>

#include "throughline/domain/identity_values.hpp"

namespace throughline::identity {

Normalised normalise_email(std::string_view text);
Normalised normalise_phone(std::string_view text, std::string_view region,
                           std::string_view default_region);
Normalised normalise_social(std::string_view text);
Normalised normalise_account(std::string_view text);

/// The address that the provider of `domain` delivers to as well; empty if it has no such rule or
/// the rule changes nothing. Both parts are normalised.
std::string email_alias(std::string_view local, std::string_view domain);

/// What "system:" and "network:" may be: a lower-case word of letters, digits, dot, dash,
/// underscore.
bool is_namespace(std::string_view word);

}  // namespace throughline::identity
