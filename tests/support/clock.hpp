// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "throughline/base/time.hpp"

namespace throughline::support {

/// Stands still until it is moved. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp at) : at_(at) {}
  Timestamp now() const override { return at_.load(); }
  void set(Timestamp at) { at_ = at; }
  void advance(std::chrono::microseconds by) { at_ = at_.load() + by; }

 private:
  std::atomic<Timestamp> at_;
};

}  // namespace throughline::support
