// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "domain/live/tickets.hpp"
#include "domain/live/wire.hpp"
#include "throughline/domain/live.hpp"

namespace throughline::live {

namespace {

/// The text of the caller's key: what stands behind the word Bearer.
std::string_view key_of(http::Call const& call) {
  auto const header = call.request().header("authorization");
  return header.substr(header.find_last_of(" \t") + 1);
}

http::Receipt make_ticket(postgres::Tx& tx, http::Call const& call) {
  auto opens = wire::read_ticket(call.body());
  return {201, wire::to_refs(issue(tx, call.actor(), key_of(call), std::move(opens)))};
}

http::Reply show_ticket(postgres::Tx&, http::Call const& call, http::Receipt const& receipt) {
  auto const issue = wire::read_refs(receipt.refs);
  auto const ticket = text_of(issue, call.actor(), key_of(call));
  return http::Reply::json(wire::ticket_json(ticket, issue.expires_at), receipt.status);
}

}  // namespace

std::vector<http::Route> routes(Hub& hub) {
  auto const streamed = std::make_shared<http::Streamed>();
  streamed->limits = hub.limits().queue;
  streamed->ticket = "ticket";
  streamed->open = [&hub](http::Call const& call, std::shared_ptr<http::Stream> stream) {
    hub.open(call, std::move(stream));
  };
  std::shared_ptr<http::Streamed const> const stream = streamed;
  return {{http::Method::get,
           "/v1/live",
           Scope::context_read,
           {"customer_ids", "queue", "last_event_id", "ticket"},
           stream},
          {http::Method::post,
           "/v1/live/tickets",
           Scope::context_read,
           {},
           http::Write{make_ticket, show_ticket}}};
}

}  // namespace throughline::live
