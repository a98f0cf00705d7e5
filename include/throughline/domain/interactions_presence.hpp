// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// After how long a contact has fallen silent, as a tenant may set it: GET, PATCH
// /v1/settings/presence.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "throughline/domain/settings.hpp"

namespace throughline::interactions {

inline constexpr std::chrono::seconds silence_max{86'400};

struct Presence {
  /// By channel, for each that there is; 0: a contact on it never falls silent.
  std::map<std::string, std::chrono::seconds, std::less<>> silent_after;

  /// Of a tenant that has set nothing: voice and chat alone, where somebody is waiting on the line.
  Presence();
};

inline constexpr std::string_view presence_section_name = "presence";

/// Of what was said in the section; empty: nothing.
Presence parse_presence(std::string_view said);

/// The section `presence`.
settings::Section presence_section();

}  // namespace throughline::interactions
