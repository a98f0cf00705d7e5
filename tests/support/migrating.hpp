// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Databases as older programs left them.
#pragma once

#include <string_view>

#include "support/database.hpp"

namespace throughline::support {

/// Makes of an empty database one of an installation that has never heard of this migration:
/// all that come before it, "NNNN_module", are applied. postgres::migrate() brings it up to date.
/// Throws std::invalid_argument if there is no such migration.
void migrate_before(Database& database, std::string_view name);

}  // namespace throughline::support
