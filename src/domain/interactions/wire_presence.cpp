// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/actor.hpp"
#include "throughline/base/json.hpp"
#include "throughline/domain/interactions_presence.hpp"

namespace throughline::interactions {
namespace {

using json::Value;

constexpr std::chrono::seconds silent_call{120};
constexpr std::chrono::seconds silent_chat{300};

Presence read(Value const& said) {
  json::Reader in(said);
  Presence presence;
  in.nested("silent_after_seconds", [&](json::Reader& limits) {
    for (auto const channel : channels) {
      if (auto const limit = limits.integer(channel, 0, silence_max.count()))
        presence.silent_after[std::string(channel)] = std::chrono::seconds(*limit);
    }
  });
  in.finish();
  return presence;
}

Value to_value(Presence const& presence) {
  Value limits = Value::object();
  for (auto const& [channel, limit] : presence.silent_after) limits[channel] = limit.count();
  return {{"silent_after_seconds", std::move(limits)}};
}

}  // namespace

Presence::Presence() {
  for (auto const channel : channels) silent_after[std::string(channel)] = {};
  silent_after["voice"] = silent_call;
  silent_after["chat"] = silent_chat;
}

Presence parse_presence(std::string_view said) {
  return said.empty() ? Presence() : read(Value::parse(said));
}

settings::Section presence_section() {
  return {presence_section_name,
          [](std::string_view said) {
            return settings::Checked{std::string(said),
                                     json::dump(to_value(read(Value::parse(said))))};
          },
          {}};
}

}  // namespace throughline::interactions
