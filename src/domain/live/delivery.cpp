// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/live/delivery.hpp"

#include <algorithm>
#include <utility>

namespace throughline::live {

namespace {

using Moment = std::chrono::steady_clock;

metrics::Counter cuts(metrics::Registry& metrics, wire::Cut why) {
  return metrics.counter("throughline_live_cut_total", "Live streams ended by the server, by why.",
                         {{"reason", std::string(wire::name(why))}});
}

}  // namespace

Delivery::Delivery(Admission& admission, metrics::Registry& metrics)
    : admission_(admission),
      events_(metrics.counter("throughline_live_events_total",
                              "Facts handed to live streams, each stream counted.")),
      resets_(metrics.counter("throughline_live_resets_total",
                              "Live streams told that they can't be brought up to date.")),
      cuts_{cuts(metrics, wire::Cut::slow), cuts(metrics, wire::Cut::key),
            cuts(metrics, wire::Cut::draining), cuts(metrics, wire::Cut::behind)} {}

void Delivery::begin(Subscriber& subscriber, std::string first, bool reset) {
  if (reset) resets_.add();
  subscriber.stream->begin();
  send(subscriber, std::make_shared<std::string const>(std::move(first)));
}

void Delivery::refuse(Subscriber& subscriber, Error const& error) {
  subscriber.stream->refuse(error);
  admission_.leave(subscriber);
}

void Delivery::fact(Subscriber& subscriber, http::Piece const& piece) {
  if (subscriber.cut) return;
  events_.add();
  send(subscriber, piece);
}

void Delivery::keep_alive(Following const& following, TenantId tenant, std::int64_t at,
                          std::chrono::milliseconds quiet) {
  auto const before = Moment::now() - quiet;
  http::Piece shared;  // by all who stand at `at`
  auto const piece_at = [&](std::int64_t position) {
    return std::make_shared<std::string const>(
        wire::keep_alive(changes::cursor_of(tenant, position)));
  };
  for (auto const& subscriber : following.everybody()) {
    if (subscriber->cut || subscriber->sent_at > before) continue;
    if (!shared) shared = piece_at(at);
    send(*subscriber, subscriber->at > at ? piece_at(subscriber->at) : shared);
  }
}

void Delivery::cut(Subscriber& subscriber, wire::Cut why) {
  if (std::exchange(subscriber.cut, true)) return;
  if (!subscriber.stream->gone()) cuts_[static_cast<std::size_t>(why)].add();
  subscriber.stream->end(wire::cut(why));
}

void Delivery::remove_gone(Following& following) {
  following.remove_if([this](Subscriber& subscriber) {
    bool const leaves = subscriber.cut || subscriber.stream->gone();
    if (leaves) admission_.leave(subscriber);
    return leaves;
  });
}

void Delivery::send(Subscriber& subscriber, http::Piece const& piece) {
  subscriber.sent_at = Moment::now();
  if (!subscriber.stream->send(piece)) cut(subscriber, wire::Cut::slow);
}

}  // namespace throughline::live
