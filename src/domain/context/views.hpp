// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Which representation of the context a request asks for.
#pragma once

#include <memory>
#include <string_view>

#include "throughline/platform/http.hpp"

namespace throughline::context {

/// By ?format=, else by Accept. nullptr: the document itself. Throws invalid naming ?format,
/// ?max_bytes and ?interaction_id, the latter two also where they go with nothing. Pure.
std::shared_ptr<http::View const> view_of(http::Call const& call);

/// Whether an Accept header (RFC 9110 12.5.1) would rather have text/markdown than JSON.
bool prefers_markdown(std::string_view accept);

}  // namespace throughline::context
