// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "domain/timeline/wire.hpp"
#include "throughline/domain/parts.hpp"

namespace throughline::timeline {
namespace {

http::Reply answer(postgres::Tx& tx, http::Call const& call) {
  auto const customer = call.id<CustomerId>();
  auto const filter = wire::read_filter(call);
  auto const name = wire::list_name(customer, filter);
  auto const page = list(tx, customer, filter, call.page(name));
  auto reply = http::Reply::json(call.page_json(name, page.items, page.next));
  auto const root = parts::root_of(tx, customer);
  if (root == customer) return reply;
  return std::move(reply).with("Content-Location", wire::location(call, *root));
}

}  // namespace

std::vector<http::Route> routes() {
  return {{http::Method::get,
           "/v1/customers/{id}/timeline",
           Scope::customers_read,
           {"channel", "kind", "case_id", "since", "until", "limit", "cursor"},
           http::Read{answer}}};
}

}  // namespace throughline::timeline
