// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/protocol/flights.hpp"

#include "platform/cache/protocol/report.hpp"

using namespace throughline::protocol;
using namespace throughline::protocol::flights;

namespace {

Rules<Part> without(std::initializer_list<Part> parts) {
  return Rules<Part>::without(parts);
}

}  // namespace

TEST_CASE("protocol: joined flights: no stale answer", "[protocol]") {
  require_holds("flights", Flights());
  require_holds("flights, the cache", Flights({}, Promise::fresh_cache));
}

TEST_CASE("protocol: a flight is joined only before its statement is sent", "[protocol]") {
  require_broken("joined when it is sent", Flights(without({Part::joined_before_sent})));
}

TEST_CASE("protocol: the floor keeps the cache right where flights are not", "[protocol]") {
  auto const promise = Promise::fresh_cache;
  require_holds("joined when it is sent, the cache",
                Flights(without({Part::joined_before_sent}), promise));
  require_broken("and without the floor",
                 Flights(without({Part::joined_before_sent, Part::floor}), promise));
  require_broken("without token and floor", Flights(without({Part::token, Part::floor}), promise));
}
