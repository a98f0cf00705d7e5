// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The table customers: one row a part, read through the function customer_view.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/customers/patch.hpp"
#include "throughline/base/actor.hpp"
#include "throughline/domain/customers.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::customers::store {

void insert(postgres::Tx& tx, Actor const& actor, CustomerId part);
/// The customer as it is shown, by any of its ids.
std::optional<Customer> find(postgres::Tx& tx, CustomerId id);
std::map<CustomerId, std::string> display_names(postgres::Tx& tx,
                                                std::span<CustomerId const> roots);
/// Sets on the part alone, clears on every part of the root (the others keep what they lose, for
/// split()), raises the root's own version. `at` stamps what is set; it must be later than any
/// stamp on any part, so that what is set is shown.
void write(postgres::Tx& tx, CustomerId root, CustomerId part, Difference const& difference,
           Timestamp at);
void raise_version(postgres::Tx& tx, CustomerId root);
/// Sets the survivor's own version above both.
void join_versions(postgres::Tx& tx, CustomerId survivor, CustomerId other);

/// See customers::split().
void split(postgres::Tx& tx, std::span<std::vector<CustomerId> const> groups);

}  // namespace throughline::customers::store
