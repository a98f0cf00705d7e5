// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/handoffs.hpp"
#include "wire.hpp"

namespace throughline::handoffs {
namespace {

http::Reply reply(Whole const& whole, int status = 200) {
  auto const& value = whole.handoff;
  auto answer = http::Reply::versioned(wire::to_json(whole), value.version, status);
  if (status == 201) return std::move(answer).with("Location", "/v1/handoffs/" + value.id.str());
  return answer;
}

http::Reply show_handoff(postgres::Tx& tx, http::Call const&, http::Receipt const& receipt) {
  return reply(get(tx, wire::parse_refs(receipt.refs)), receipt.status);
}

http::Reply get_handoff(postgres::Tx& tx, http::Call const& call) {
  return reply(get(tx, call.id<HandoffId>()));
}

http::Receipt offer_interaction(postgres::Tx& tx, http::Call const& call) {
  return {201, wire::to_refs(offer(tx, call.actor(), wire::read_offer(call.body())))};
}

http::Receipt accept_handoff(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<HandoffId>();
  accept(tx, call.actor(), id, wire::read_accept(call.body()), call.if_match());
  return {200, wire::to_refs(id)};
}

http::Receipt decline_handoff(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<HandoffId>();
  decline(tx, call.actor(), id, wire::read_decline(call.body()), call.if_match());
  return {200, wire::to_refs(id)};
}

http::Receipt cancel_handoff(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<HandoffId>();
  cancel(tx, call.actor(), id, wire::read_cancel(call.body()), call.if_match());
  return {200, wire::to_refs(id)};
}

http::Receipt read_packet(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<HandoffId>();
  read(tx, call.actor(), id, wire::read_read(call.body()));
  return {200, wire::to_refs(id)};
}

http::Reply list_handoffs(postgres::Tx& tx, http::Call const& call) {
  Filter filter;
  filter.status = call.query_word("status", wire::statuses);
  filter.queue = call.query("queue");
  filter.agent = call.query("agent");
  std::string name = "handoffs";
  for (std::string_view const by : {"status", "queue", "agent"}) {
    if (auto const value = call.query(by)) name.append("?").append(by).append("=").append(*value);
  }
  auto const page = list(tx, filter, call.page(name));
  return http::Reply::json(call.page_json(name, wire::to_json(page.items), page.next));
}

}  // namespace

std::vector<http::Route> routes() {
  using http::Method, http::Read, http::Write;
  constexpr auto read_scope = Scope::interactions_read;
  constexpr auto write = Scope::interactions_write;
  constexpr std::string_view all = "/v1/handoffs";
  return {
      {Method::post, all, write, {}, Write{offer_interaction, show_handoff}},
      {Method::get,
       all,
       read_scope,
       {"status", "queue", "agent", "limit", "cursor"},
       Read{list_handoffs}},
      {Method::get, "/v1/handoffs/{id}", read_scope, {}, Read{get_handoff}},
      {Method::post, "/v1/handoffs/{id}/accept", write, {}, Write{accept_handoff, show_handoff}},
      {Method::post, "/v1/handoffs/{id}/decline", write, {}, Write{decline_handoff, show_handoff}},
      {Method::post, "/v1/handoffs/{id}/cancel", write, {}, Write{cancel_handoff, show_handoff}},
      {Method::post, "/v1/handoffs/{id}/read", write, {}, Write{read_packet, show_handoff}},
  };
}

}  // namespace throughline::handoffs
