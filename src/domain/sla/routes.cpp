// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "domain/sla/wire.hpp"
#include "throughline/domain/sla.hpp"

namespace throughline::sla {
namespace {

constexpr std::array<std::string_view, 2> yes_and_no{"true", "false"};
constexpr std::array<std::string_view, 5> filters{"state", "metric", "breached", "due_before",
                                                  "customer_id"};

http::Reply clocks_of_case(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<CaseId>();
  std::string const name = "cases/" + id.str() + "/sla";
  auto const page = of_case(tx, id, call.page(name));
  return http::Reply::json(call.page_json(name, wire::whole(page.items), page.next));
}

http::Reply list_clocks(postgres::Tx& tx, http::Call const& call) {
  Filter filter;
  filter.state = call.query_word("state", state_names());
  filter.metric = call.query_word("metric", metric_names());
  if (auto const word = call.query_word("breached", yes_and_no)) filter.breached = word == "true";
  filter.due_before = call.query_time("due_before");
  filter.customer = call.query_id<CustomerId>("customer_id");
  std::string name = "sla";
  for (std::string_view const by : filters) {
    if (auto const value = call.query(by)) name.append("?").append(by).append("=").append(*value);
  }
  auto const page = list(tx, filter, call.page(name));
  return http::Reply::json(call.page_json(name, wire::brief(page.items), page.next));
}

}  // namespace

std::vector<http::Route> routes() {
  using http::Method, http::Read;
  return {
      {Method::get,
       "/v1/cases/{id}/sla",
       Scope::cases_read,
       {"limit", "cursor"},
       Read{clocks_of_case}},
      {Method::get,
       "/v1/sla",
       Scope::cases_read,
       {"state", "metric", "breached", "due_before", "customer_id", "limit", "cursor"},
       Read{list_clocks}},
  };
}

}  // namespace throughline::sla
