// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What was decided before, for a dry run of the settings.
#pragma once

#include <cstddef>
#include <vector>

#include "domain/identity/effect.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::identity::store {

/// Links of rule "resolve" that stand, among the newest merges.
std::vector<RuleLink> rule_links(postgres::Tx& tx, std::size_t most);
/// Provisional parts that are customers of their own still, the newest, with the values they were
/// seen with that lead to one customer alone.
std::vector<Doubt> doubts(postgres::Tx& tx, std::size_t most);
/// Whether there are more merges or sightings than these.
bool are_more(postgres::Tx& tx, std::size_t merges, std::size_t sightings);

}  // namespace throughline::identity::store
