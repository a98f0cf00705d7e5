// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One stream and what it asked for. Touched by the hub's thread alone once it has joined.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/ids.hpp"
#include "throughline/platform/http_stream.hpp"

namespace throughline::live {

using TicketHash = std::array<std::uint8_t, 32>;

/// What a stream shows: facts of these customers, and those of handoffs to these queues.
struct Interest {
  std::vector<CustomerId> customers;
  std::vector<std::string> queues;
  bool empty() const { return customers.empty() && queues.empty(); }
};

struct Subscriber {
  std::shared_ptr<http::Stream> stream;
  TenantId tenant;
  KeyId key;
  Interest interest;
  std::optional<TicketHash> ticket;          // until it is redeemed, tenant and key are unknown
  std::optional<std::string> last_event_id;  // as sent
  std::string_view last_event_id_from;       // the header or the query parameter, for errors
  std::optional<std::int64_t> resume;        // the position that it names
  bool keyed = false;                        // counted among those of its key
  bool cut = false;                          // shown nothing any more
  std::int64_t at = 0;                       // has been shown everything up to here
  std::chrono::steady_clock::time_point sent_at;
  std::optional<std::chrono::steady_clock::time_point> busy_since;  // of one behind
};
using SubscriberPtr = std::shared_ptr<Subscriber>;

}  // namespace throughline::live
