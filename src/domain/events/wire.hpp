// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "throughline/domain/events.hpp"

namespace throughline::events::wire {

/// One element of the request: an event, or what is wrong with it (pointers start at the element).
using Element = std::variant<NewEvent, std::vector<FieldError>>;

/// {"events":[…]}. Throws only for what concerns the whole request: no array, or too long.
std::vector<Element> read(std::string const& body, Actor const& actor);

/// The receipt: outcomes by id and field name, no text of the caller's.
std::string to_refs(std::span<Result const> results);
/// The answer, from the receipt: {"created":n,"repeated":n,"failed":n,"results":[…]}.
std::string to_answer(std::string const& refs);

}  // namespace throughline::events::wire
