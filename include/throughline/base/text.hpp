// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What every text that enters must pass, whatever door it came by: JSON body, URL, header, cursor.
#pragma once

#include <cstddef>
#include <string_view>

namespace throughline {

/// Well-formed UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

/// The number of code points in well-formed UTF-8.
std::size_t count_characters(std::string_view utf8);

/// Whether the text holds a control character: U+0000 to U+001F, U+007F to U+009F. With
/// `multiline`, tab, line feed and carriage return are none.
bool has_control(std::string_view utf8, bool multiline = false);

}  // namespace throughline
