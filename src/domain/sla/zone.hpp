// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Time zones of the IANA database, as the machine has it (Debian's tzdata).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "throughline/base/time.hpp"

namespace throughline::sla {

class Zone {
 public:
  /// By its IANA name, e.g. "Europe/Berlin"; nullopt if the machine knows none of this name.
  static std::optional<Zone> find(std::string_view name);

  /// How clocks on the wall stand from a moment on.
  struct Stretch {
    std::chrono::seconds offset;     // add it to UTC
    std::optional<Timestamp> until;  // they are put forward or back then
  };
  Stretch at(Timestamp moment) const;

 private:
  struct Impl;
  explicit Zone(std::shared_ptr<Impl const> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl const> impl_;
};

}  // namespace throughline::sla
