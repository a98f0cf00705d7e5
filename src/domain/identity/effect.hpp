// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a change of settings would do to what was decided before: which links made by rule would not
// have been made, and which contacts in doubt would have been recognised.
#pragma once

#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

#include "domain/identity/rules.hpp"
#include "throughline/domain/identity_settings.hpp"

namespace throughline::identity {

inline constexpr std::size_t effect_merges_max = 10'000;     // looked at, the newest
inline constexpr std::size_t effect_sightings_max = 10'000;  // likewise

/// A link made by rule that stands: what the records on either side came with.
struct RuleLink {
  std::vector<Key> one;
  std::vector<Key> other;
};

/// A contact in doubt that is a customer of its own still, and whom its values lead to alone.
struct Doubt {
  struct Lead {
    Key key;
    CustomerId root;
    Timestamp confirmed_at;
  };
  std::vector<Lead> leads;
};

struct Effect {
  std::size_t would_split = 0;  // links
  std::size_t would_join = 0;   // contacts in doubt
  std::size_t links = 0;        // looked at
  std::size_t doubts = 0;       // likewise
  bool cut_off = false;         // there are more merges or sightings than the limits
};

/// Whether rules may link the two: in no exclusive realm do they differ, and something that is not
/// blocked is common to both, if anything is.
bool may_link(Settings const& settings, RuleLink const& link);
/// Whether the values lead to one customer: those that are not stale, or, where all are, any.
/// Blocked ones lead nowhere.
bool is_recognised(Settings const& settings, Doubt const& doubt, Timestamp now);

/// Reads only; bounded by the two limits above.
Effect effect_of(postgres::Tx& tx, Settings const& before, Settings const& after, Timestamp now);

}  // namespace throughline::identity
