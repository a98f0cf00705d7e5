// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a tenant may set, in sections: one JSON object each, with defaults for whatever was not set.
// This module keeps, patches and shows them; what a section means is known to the module that
// registers it. Nothing is kept in memory: whoever needs a section reads it in the transaction that
// uses it, so that every instance goes by a change from its COMMIT on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::settings {

inline constexpr std::size_t said_bytes_max = 65'536;  // of a section, as compact JSON

/// What a tenant has said in a section, checked.
struct Checked {
  std::string said;   // the same in its canonical form, JSON text; nulls may stay
  std::string shown;  // with the defaults for everything else
};

/// A section, as the module that owns its meaning registers it: one line in app/routes.cpp.
struct Section {
  std::string_view name;  // as it stands in the URL
  /// Reads what was said: an object of members any of which may be absent or null, which is the
  /// default. Throws Error(invalid) that names every unknown or bad member. Pure.
  std::function<Checked(std::string_view said)> check;
  /// What a change from one shown document to the other would do to what is stored, as a JSON
  /// object: bounded work, reads only. May be left unset.
  std::function<std::string(postgres::Tx&, Actor const&, std::string_view before,
                            std::string_view after)>
      effect;
  /// Whether its member `default_region` is the tenant's, which every Actor carries.
  bool has_region = false;
};

/// What the tenant has said, on its way: one look at the primary key that travels with other
/// statements.
postgres::Answer ask(postgres::Tx& tx, std::string_view section);
/// The JSON text of it; empty if nothing was said.
std::string said(postgres::Answer const& answer);

struct Shown {
  std::string_view section;
  std::int64_t version = 0;  // 0: never changed
  std::optional<Timestamp> updated_at;
  std::string document;  // JSON text
  std::string effect;    // of a dry run; JSON text
};

/// A section as it holds now.
Shown get(postgres::Tx& tx, Section const& section);

/// Applies a merge patch (RFC 7396) to what was said; null brings the default back. Raises the
/// section's version and tenants.settings_version, unless the patch changes nothing. Locks the
/// tenant's row (LockRank::rest). Throws invalid with every bad field, also beyond said_bytes_max,
/// and version_mismatch as `expected` asks.
void change(postgres::Tx& tx, Actor const& actor, Section const& section, std::string_view patch,
            std::optional<std::int64_t> expected);

/// What change() would make of it, and its effect. Writes nothing; throws the same.
Shown try_out(postgres::Tx& tx, Actor const& actor, Section const& section, std::string_view patch,
              std::optional<std::int64_t> expected);

/// GET, PATCH /v1/settings/{section}
std::vector<http::Route> routes(std::vector<Section> sections);

}  // namespace throughline::settings
