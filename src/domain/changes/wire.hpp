// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Changes as callers see and ask for them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/changes.hpp"

namespace throughline::changes::wire {

/// Position in a cursor and back. A cursor is bound to the tenant but not to `types`, so that a
/// reader may change what it asks for. Where find_position finds none, read_cursor throws
/// Error(invalid) naming ?cursor.
std::string write_cursor(TenantId tenant, std::int64_t position);
std::optional<std::int64_t> find_position(TenantId tenant, std::string_view cursor);
std::int64_t read_cursor(TenantId tenant, std::string_view cursor);

/// "case.opened,note.added". Throws Error(invalid) naming ?types.
std::vector<Type> read_types(std::string_view list);

/// A CloudEvents 1.0 event in JSON.
std::string to_json(Item const& item);
/// {"items":[…],"next_cursor":…,"has_more":…}; items are CloudEvents 1.0 in JSON.
std::string to_json(Batch const& batch, TenantId tenant);

}  // namespace throughline::changes::wire
