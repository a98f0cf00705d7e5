// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/zone.hpp"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace throughline::sla {

struct Zone::Impl {
  cctz::time_zone zone;
};

namespace {

constexpr std::size_t name_bytes_max = 64;
/// Files beside the zones that are none, or count leap seconds.
constexpr std::array<std::string_view, 5> others{"localtime", "posixrules", "Factory", "right/",
                                                 "posix/"};

/// The library opens a file of this name: nothing but names of zones may reach it.
bool is_zone_name(std::string_view name) {
  if (name.empty() || name.size() > name_bytes_max) return false;
  bool begins = true;  // a word of the path
  for (char const c : name) {
    auto const letter = static_cast<unsigned char>(c);
    if (begins && std::isalpha(letter) == 0) return false;
    if (std::isalnum(letter) == 0 && std::string_view("/_+-").find(c) == std::string_view::npos)
      return false;
    begins = c == '/';
  }
  return !begins && std::none_of(others.begin(), others.end(), [name](std::string_view other) {
    return name.starts_with(other);
  });
}

}  // namespace

std::optional<Zone> Zone::find(std::string_view name) {
  auto impl = std::make_shared<Impl>();
  if (!is_zone_name(name) || !cctz::load_time_zone(std::string(name), &impl->zone))
    return std::nullopt;
  return Zone(std::move(impl));
}

Zone::Stretch Zone::at(Timestamp moment) const {
  auto const& zone = impl_->zone;
  auto const second = std::chrono::floor<std::chrono::seconds>(moment);
  Stretch stretch{std::chrono::seconds(zone.lookup(second).offset), std::nullopt};
  cctz::time_zone::civil_transition change;
  if (zone.next_transition(second, &change)) stretch.until = zone.lookup(change.to).trans;
  return stretch;
}

}  // namespace throughline::sla
