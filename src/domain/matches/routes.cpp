// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/matches/store.hpp"
#include "domain/matches/wire.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/matches.hpp"

namespace throughline::matches {
namespace {

using http::Call;
using http::Method;
using http::Receipt;
using http::Reply;

Reply show(postgres::Tx& tx, Call const& call, MatchId id) {
  auto const match = store::show(tx, id);
  if (!match) throw Error(Code::not_found, "There is no such match.");
  return Reply::json(to_json(*match, call.actor().now));
}

Reply get_match(postgres::Tx& tx, Call const& call) {
  return show(tx, call, call.id<MatchId>());
}

Reply list_matches(postgres::Tx& tx, Call const& call) {
  store::Filter filter;
  filter.status = call.query_word("status", statuses);
  filter.customer = call.query_id<CustomerId>("customer_id");
  std::string name = "matches?status=" + filter.status.value_or("");
  if (filter.customer) name += "&customer_id=" + filter.customer->str();
  auto const page = store::list(tx, call.actor().now, filter, call.page(name));
  std::vector<std::string> items;
  for (Shown const& match : page.items) items.push_back(to_json(match, call.actor().now));
  return Reply::json(call.page_json(name, items, page.next));
}

Receipt post_decision(postgres::Tx& tx, Call const& call) {
  auto const id = call.id<MatchId>();
  decide(tx, call.actor(), id, read_decide(call.body()));
  return {200, to_refs(id)};
}

Reply show_decision(postgres::Tx& tx, Call const& call, Receipt const& receipt) {
  return show(tx, call, parse_refs(receipt.refs));
}

}  // namespace

std::vector<http::Route> routes() {
  constexpr std::string_view all = "/v1/identity/matches";
  return {
      {Method::get,
       all,
       Scope::identity_write,
       {"status", "customer_id", "limit", "cursor"},
       http::Read{list_matches}},
      {Method::get, "/v1/identity/matches/{id}", Scope::identity_write, {}, http::Read{get_match}},
      {Method::post,
       "/v1/identity/matches/{id}/decision",
       Scope::identity_write,
       {},
       http::Write{post_decision, show_decision}},
  };
}

}  // namespace throughline::matches
