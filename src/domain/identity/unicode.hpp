// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The few Unicode operations that identifiers need, over ICU. Arguments are well-formed UTF-8;
// ASCII, the common case, never reaches ICU.
#pragma once

#include <string>
#include <string_view>

namespace throughline::identity {

bool is_ascii(std::string_view text);

std::string nfkc(std::string_view text);
/// Caseless form of canonical equivalents (Unicode D145), composed. Full folding: ß is ss.
std::string fold(std::string_view text);
/// Caseless form of compatibility equivalents, ignorable characters dropped.
std::string fold_compatible(std::string_view text);
/// Upper case, by no language's special rules, in NFKC.
std::string upper_compatible(std::string_view text);

/// Without the white space and format characters (zero-width, direction marks) around it, as they
/// come along when text is copied from a screen.
std::string_view trim(std::string_view text);
/// Format characters dropped, runs of white space made one space, none at the ends.
std::string squeeze(std::string_view text);
/// Without white space, dashes and format characters.
std::string without_separators(std::string_view text);
/// Every character stands for something to see: no white space, control, format, private or
/// unassigned character.
bool is_visible(std::string_view text);

}  // namespace throughline::identity
