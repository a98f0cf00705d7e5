// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Other representations of the context document, made from its JSON text alone: the same document
// gives the same bytes. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace throughline::context::wire {

struct ViewOptions {
  std::size_t bytes_max = 0;
  std::string own_interaction;  // an id: the reader's own, which is left out; empty: none
};

/// Markdown for a language model: headings and lists, most important first, what people said or
/// wrote between marks that it cannot close, and a last line that counts what was left out.
std::string prompt(std::string_view document, ViewOptions const& options);

/// One JSON object of strings, no list or object in it: what telephony flows can hold. Attributes
/// that belong together are there together or not at all; `left_out` counts those that are not.
std::string attributes(std::string_view document, ViewOptions const& options);

}  // namespace throughline::context::wire
