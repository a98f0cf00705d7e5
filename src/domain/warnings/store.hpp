// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The table warnings.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/ids.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::warnings::store {

struct Warning {
  Uuid id;
  CustomerId part;
  std::string code;
  InteractionId interaction;
  std::string channel;
  std::optional<CustomerId> before_part;  // where it is not `part`
  Timestamp since;
  Timestamp until;
};

void insert(postgres::Tx& tx, Actor const& actor, Warning const& warning);
void extend(postgres::Tx& tx, Uuid const& id, Timestamp until);
void remove(postgres::Tx& tx, std::span<Uuid const> ids);

/// Those of one code that contacts gave the reason for, on their way.
postgres::Answer ask(postgres::Tx& tx, std::string_view code,
                     std::span<InteractionId const> contacts);
std::vector<Warning> find(postgres::Tx& tx, std::span<Uuid const> ids);
std::vector<Warning> read(postgres::Rows const& rows);

}  // namespace throughline::warnings::store
