// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "support/api/mutations.hpp"
#include "support/client.hpp"

namespace throughline::support {

/// What is wrong with an answer, empty if nothing: a status from 500 on; a refusal that is no
/// problem document with type, title, status, detail and the request's id; a 422 that names no
/// field; or one that repeats `secret`, which stood in the request.
std::string fault_in(Response const& answer, std::string_view secret = {});

/// fault_in(), and what is wrong with it as the answer to a mutated body. For routes whose list
/// elements fail one by one, the refusal is looked for in the element's result.
std::string fault_in(Response const& answer, ApiRoute const& route, Mutation const& mutation,
                     std::string_view secret);

/// Whether a problem document has an error with this pointer.
bool names(Response const& problem, std::string_view pointer);

}  // namespace throughline::support
