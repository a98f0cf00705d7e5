// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/api/api.hpp"
#include "support/histories/model.hpp"

namespace throughline::histories {

/// When a history is over and nobody writes any more: everything acknowledged is there exactly
/// once, in order, and the same on every instance; and nothing is there that nobody was told of.
/// Throws Broken.
void check_end(Model& model, support::Api& api, support::Api::Tenant const& tenant);

}  // namespace throughline::histories
