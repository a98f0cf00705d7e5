// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/customers/patch.hpp"

#include <algorithm>
#include <string_view>

#include "domain/customers/wire.hpp"

namespace throughline::customers {
namespace {

void compare_text(std::string_view field, std::string const& shown,
                  Patched<std::string> const& patch, std::optional<std::string>& set,
                  Difference& difference) {
  if (!patch || patch->value_or("") == shown) return;
  set = *patch;
  (set ? difference.set : difference.cleared).emplace_back(field);
  difference.fields.emplace_back(field);
}

bool same(Sensitivity const& one, Sensitivity const& other) {
  return one.code == other.code && one.note == other.note && one.agent == other.agent;
}

/// What was said before keeps the time at which it was said.
std::vector<Sensitivity> keep_times(std::vector<Sensitivity> items,
                                    std::vector<Sensitivity> const& shown) {
  for (Sensitivity& item : items) {
    auto const known = std::find_if(shown.begin(), shown.end(),
                                    [&item](Sensitivity const& old) { return same(old, item); });
    if (known != shown.end()) item.at = known->at;
  }
  return items;
}

void compare_sensitivities(std::vector<Sensitivity> const& shown, Patch const& patch,
                           Difference& difference) {
  if (!patch.sensitivities) return;
  auto const items = patch.sensitivities->value_or(std::vector<Sensitivity>{});
  if (std::equal(items.begin(), items.end(), shown.begin(), shown.end(), same)) return;
  if (items.empty()) {
    difference.cleared.emplace_back("sensitivities");
  } else {
    difference.sensitivities = to_json(keep_times(items, shown));
    difference.set.emplace_back("sensitivities");
  }
  difference.fields.emplace_back("sensitivities");
}

void compare_profile(std::string const& shown, std::string const& patch, Difference& difference) {
  if (patch.empty()) return;
  ProfileDifference const profile = profile_difference(shown, patch);
  if (profile.set.empty() && profile.cleared.empty()) return;
  difference.profile = profile.members;
  difference.cleared_members = profile.cleared;
  for (auto const& member : profile.set) difference.set.push_back("profile/" + member);
  for (auto const& member : profile.cleared) difference.cleared.push_back("profile/" + member);
  difference.fields.emplace_back("profile");
}

}  // namespace

bool Patch::empty() const {
  return !display_name && !tier && !language && profile.empty() && !sensitivities;
}

Difference difference(Customer const& shown, Patch const& patch) {
  Difference result;
  compare_text("display_name", shown.display_name, patch.display_name, result.display_name, result);
  compare_text("tier", shown.tier, patch.tier, result.tier, result);
  compare_text("language", shown.language, patch.language, result.language, result);
  compare_sensitivities(shown.sensitivities, patch, result);
  compare_profile(shown.profile, patch.profile, result);
  return result;
}

}  // namespace throughline::customers
