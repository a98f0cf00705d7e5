// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/effect.hpp"

#include <algorithm>
#include <set>

#include "domain/identity/store_effect.hpp"

namespace throughline::identity {
namespace {

std::vector<Identifier> as_brought(std::vector<Key> const& keys) {
  std::vector<Identifier> brought;
  for (Key const& key : keys) {
    auto& one = brought.emplace_back();
    one.type = key.type;
    one.value = key.value;
  }
  return brought;
}

}  // namespace

bool may_link(Settings const& settings, RuleLink const& link) {
  if (contradicts(settings, as_brought(link.one), link.other)) return false;
  bool common = false;
  for (Key const& key : link.one) {
    if (std::find(link.other.begin(), link.other.end(), key) == link.other.end()) continue;
    if (!settings.is_blocked(key.type, key.value)) return true;
    common = true;
  }
  return !common;
}

bool is_recognised(Settings const& settings, Doubt const& doubt, Timestamp now) {
  std::set<CustomerId> fresh;
  std::set<CustomerId> stale;
  for (auto const& lead : doubt.leads) {
    if (settings.is_blocked(lead.key.type, lead.key.value)) continue;
    bool const old = settings.is_stale(lead.key.type, lead.confirmed_at, now);
    (old ? stale : fresh).insert(lead.root);
  }
  return (fresh.empty() ? stale : fresh).size() == 1;
}

Effect effect_of(postgres::Tx& tx, Settings const& before, Settings const& after, Timestamp now) {
  auto const links = store::rule_links(tx, effect_merges_max);
  auto const doubts = store::doubts(tx, effect_sightings_max);
  Effect effect;
  effect.links = links.size();
  effect.doubts = doubts.size();
  effect.cut_off = store::are_more(tx, effect_merges_max, effect_sightings_max);
  effect.would_split =
      static_cast<std::size_t>(std::count_if(links.begin(), links.end(), [&](RuleLink const& link) {
        return may_link(before, link) && !may_link(after, link);
      }));
  effect.would_join =
      static_cast<std::size_t>(std::count_if(doubts.begin(), doubts.end(), [&](Doubt const& doubt) {
        return !is_recognised(before, doubt, now) && is_recognised(after, doubt, now);
      }));
  return effect;
}

}  // namespace throughline::identity
