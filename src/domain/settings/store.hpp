// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The table settings, and two columns of tenants.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "throughline/base/actor.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::settings::store {

struct Stored {
  std::string value = "{}";  // JSON text, without default_region
  std::int64_t version = 0;
  std::optional<Timestamp> updated_at;
  std::string default_region;  // the tenant's; empty if none is set
};
Stored find(postgres::Tx& tx, std::string_view section);

postgres::Answer ask_value(postgres::Tx& tx, std::string_view section);

/// Changes of one tenant's settings come one after the other.
void lock_tenant(postgres::Tx& tx);
void write(postgres::Tx& tx, Actor const& actor, std::string_view section, Stored const& stored);

}  // namespace throughline::settings::store
