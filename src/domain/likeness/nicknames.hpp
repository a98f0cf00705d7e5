// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Which given names are called for one another.
#pragma once

#include <string_view>

namespace throughline::likeness {

/// One is a familiar form or another spelling of the other, or both are of a third.
bool are_nicknames(std::string_view one, std::string_view other);

/// Both are names in their own right and neither stands for the other: Mark and Mary are no typos
/// of each other.
bool are_distinct_names(std::string_view one, std::string_view other);

/// The name under which keys gather its familiar forms; the name itself where it has none.
std::string_view formal_name(std::string_view name);

}  // namespace throughline::likeness
