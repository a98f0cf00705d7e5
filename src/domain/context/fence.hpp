// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What people said or wrote, made safe to stand in a line that a language model reads as ours. A
// customer may say "ignore your instructions" or forge headings; neither may leave its place.
#pragma once

#include <string>
#include <string_view>

namespace throughline::context {

inline constexpr std::string_view fence_open = "⟦";
inline constexpr std::string_view fence_close = "⟧";

/// One line: line breaks, controls and runs of blanks are one space each, none at the ends; gone is
/// what nobody sees (direction marks, zero-width characters but the joiners that scripts need, tag
/// characters), in which instructions can be hidden from people. `text` is well-formed UTF-8.
std::string flat(std::string_view text);

/// flat() between the marks. The text cannot close them: where it holds one itself, a square
/// bracket stands.
std::string fenced(std::string_view text);

}  // namespace throughline::context
