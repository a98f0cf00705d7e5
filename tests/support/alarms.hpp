// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Rings the alarms of one tenant among those of all tests, as the sweeper would.
#pragma once

#include <cstddef>

#include "support/database.hpp"

namespace throughline::support {

/// Everything that is due at `now`, and what that makes due, each kind by the handler that the
/// server has for it. Returns how many rang.
std::size_t ring(Database& database, TenantId tenant, Timestamp now);

/// Alarms of the tenant that are still to ring.
std::size_t alarms_set(Database& database, TenantId tenant);

}  // namespace throughline::support
