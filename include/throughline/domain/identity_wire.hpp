// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Identifiers as they stand in request bodies, for the wire files of modules that take them too.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::json {
class Reader;
}

namespace throughline::identity {

/// Reads [{type, value, region?, assurance?}], normalised, at most identifiers_per_request_max.
/// What is wrong gathers in the reader, each field by its pointer. Absent: an error where `min` is
/// not 0.
std::vector<Identifier> read_identifiers(json::Reader& in, std::string_view field,
                                         Actor const& actor, std::size_t min);

/// Reads whom a record is about: exactly one of `identifiers` (at least `min`) and `customer_id`.
Subject read_subject(json::Reader& in, Actor const& actor, std::size_t min = 1);

}  // namespace throughline::identity
