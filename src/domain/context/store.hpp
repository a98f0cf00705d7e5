// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::context::store {

/// An identifier that leads to the customer alone.
struct Leading {
  std::string type;
  std::string value;
};

struct Assembled {
  std::int64_t version = 0;
  std::int64_t settings_version = 0;
  std::string body;
  std::vector<std::string> parts;  // "customer:<id>"
  std::vector<Leading> identifiers;
};

/// nullopt if `root` is no root of this tenant.
std::optional<Assembled> assemble(postgres::Tx& tx, CustomerId root);

struct CaseOwner {
  CustomerId root;
  CustomerId part;
};
/// nullopt if there is no such case.
std::optional<CaseOwner> case_owner(postgres::Tx& tx, CaseId id);

}  // namespace throughline::context::store
