// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/auth/key_text.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::auth {

/// A key as PostgreSQL has it.
struct StoredKey {
  TenantId tenant;
  KeyId id;
  Scopes scopes;
  std::string default_region;
  std::int64_t settings_version = 0;
};

/// Those of `hashes` that are valid keys, in their order; nullopt for the others. One statement.
std::vector<std::optional<StoredKey>> find_keys(postgres::Tx& tx, std::span<KeyHash const> hashes);

std::optional<TenantId> select_tenant(postgres::Tx& tx, std::string const& name);
void insert_tenant_if_new(postgres::Tx& tx, std::string const& name, std::string const& region,
                          Timestamp now);
void insert_key(postgres::Tx& tx, std::string const& tenant, KeyHash const& hash, Scopes scopes,
                Timestamp now);
std::vector<KeyInfo> select_keys(postgres::Tx& tx);
bool revoke(postgres::Tx& tx, KeyId id, Timestamp now);

}  // namespace throughline::auth
