// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// How callers ask for a page. (What they get is JSON that the statement builds: store.cpp.)
#pragma once

#include <string>

#include "throughline/domain/timeline.hpp"

namespace throughline::timeline::wire {

Filter read_filter(http::Call const& call);

/// The list that a cursor belongs to: by the id asked for, so that paging goes on over a merge.
std::string list_name(CustomerId customer, Filter const& filter);

/// Where the same page is found under the id that answers for the customer.
std::string location(http::Call const& call, CustomerId root);

}  // namespace throughline::timeline::wire
