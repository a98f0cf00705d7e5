// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Reading our own document, in which a field without a value is absent.
#pragma once

#include <cstddef>
#include <string>

#include "throughline/base/json.hpp"

namespace throughline::context::wire {

/// The text of a member; empty if it is absent or none.
std::string text(json::Value const& object, char const* field);
/// A number as it is written; empty likewise.
std::string number(json::Value const& object, char const* field);
/// A text, number or boolean as text; empty for anything else.
std::string scalar(json::Value const& value);
/// The elements of a list; none if it is absent.
json::Value const& list(json::Value const& object, char const* field);
/// How many "more" says were cut from the list.
std::size_t more(json::Value const& object, char const* field);
/// "2026-11-21T08:30:00Z" of a time with its microseconds.
std::string seconds(std::string const& at);

}  // namespace throughline::context::wire
