// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The partitions of the append-only tables. They follow the order of arrival; which tables have
// them, and how wide they are, stands in the table `partitioned`.
#pragma once

#include <string>
#include <vector>

#include "throughline/base/time.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::partitions {

/// Makes the partitions that are missing up to two widths beyond `now` and returns their names;
/// mostly there is nothing to do. Under the service role, in a Tx of Mode::write that does nothing
/// else. Several instances may call it at once: one makes them, the others find them made. Stops
/// neither readers nor writers. What arrives where no partition was made is refused by PostgreSQL
/// (SQLSTATE 23514): call it before serving, and again long before a width has passed.
std::vector<std::string> make_ahead(postgres::Tx& tx, Timestamp now);

}  // namespace throughline::partitions
