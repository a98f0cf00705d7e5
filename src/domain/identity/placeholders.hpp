// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Values that forms and machines write where there is none. Pure.
#pragma once

#include <string_view>

namespace throughline::identity {

/// Whether a normalised value is nobody's: null, n/a, anonymous, noreply@…, +1 000 000 0000. Built
/// in; a tenant blocks more through its settings. Domains of documentation (example.com) are not
/// among them: test and demonstration data give each of their people one.
bool is_placeholder(std::string_view type, std::string_view value);

/// "*" stands for any text, none included. Costs at most the product of both lengths.
bool matches_pattern(std::string_view value, std::string_view pattern);

}  // namespace throughline::identity
