// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "support/database.hpp"

namespace throughline::support {

/// Per table the number of the tenant's rows and the transaction that wrote last, so that two
/// fingerprints are equal only if nothing at all was written between them, not even what stood
/// there before. Every table that the server may read is in it, but the idempotency records: they
/// keep refusals, too.
std::map<std::string, std::string> fingerprint(Database& database, TenantId tenant);

/// The tables in which two fingerprints differ; empty if none.
std::string difference(std::map<std::string, std::string> const& before,
                       std::map<std::string, std::string> const& after);

}  // namespace throughline::support
