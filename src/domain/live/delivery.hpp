// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What goes out to subscribers, counted. Of the hub's thread.
#pragma once

#include <array>
#include <chrono>

#include "domain/live/admission.hpp"
#include "domain/live/following.hpp"
#include "domain/live/wire.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::live {

class Delivery {
 public:
  Delivery(Admission& admission, metrics::Registry& metrics);

  /// The first words; `first` is of wire::ready or wire::reset.
  void begin(Subscriber& subscriber, std::string first, bool reset);
  /// Instead of the first words.
  void refuse(Subscriber& subscriber, Error const& error);
  /// A subscriber whose queue is full is cut.
  void fact(Subscriber& subscriber, http::Piece const& piece);
  /// To those who were sent nothing for so long. `at`: their position, unless they are further.
  void keep_alive(Following const& following, TenantId tenant, std::int64_t at,
                  std::chrono::milliseconds quiet);
  /// Ends the stream; idempotent. The subscriber stays where it is until it is removed.
  void cut(Subscriber& subscriber, wire::Cut why);
  /// Removes who left or was cut.
  void remove_gone(Following& following);

 private:
  void send(Subscriber& subscriber, http::Piece const& piece);

  Admission& admission_;
  metrics::Counter events_;
  metrics::Counter resets_;
  std::array<metrics::Counter, 4> cuts_;  // by wire::Cut
};

}  // namespace throughline::live
