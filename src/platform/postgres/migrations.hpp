// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace throughline::postgres {

struct Migration {
  std::string_view name;      // NNNN_module
  std::string_view checksum;  // SHA-256 of the file, hexadecimal
  std::string_view text;      // its first line: "-- oldest-binary: X.Y.Z"
};

/// Those in migrations/ when this binary was built, in order.
std::span<Migration const> built_in_migrations();

}  // namespace throughline::postgres
