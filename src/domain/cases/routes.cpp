// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "throughline/domain/cases.hpp"
#include "wire.hpp"

namespace throughline::cases {
namespace {

http::Receipt open_case(postgres::Tx& tx, http::Call const& call) {
  auto const opened = open(tx, call.actor(), wire::read_open(call.body()));
  return {opened.repeated ? 200 : 201, wire::to_refs(opened.id)};
}

http::Receipt patch_case(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<CaseId>();
  update(tx, call.actor(), id, wire::read_patch(call.body()), call.if_match());
  return {200, wire::to_refs(id)};
}

http::Reply reply(Case const& value, int status) {
  auto answer = http::Reply::versioned(wire::to_json(value), value.version, status);
  if (status == 201) return std::move(answer).with("Location", "/v1/cases/" + value.id.str());
  return answer;
}

http::Reply show_case(postgres::Tx& tx, http::Call const&, http::Receipt const& receipt) {
  return reply(get(tx, wire::parse_refs(receipt.refs)), receipt.status);
}

http::Reply get_case(postgres::Tx& tx, http::Call const& call) {
  return reply(get(tx, call.id<CaseId>()), 200);
}

http::Reply list_cases(postgres::Tx& tx, http::Call const& call) {
  Filter filter;
  filter.status = call.query_word("status", wire::statuses);
  filter.assignee = call.query("assignee");
  filter.customer = call.query_id<CustomerId>("customer_id");
  filter.number = call.query_integer("number", 0, std::numeric_limits<std::int64_t>::max());
  std::string name = "cases";
  for (std::string_view const by : {"status", "assignee", "customer_id", "number"}) {
    if (auto const value = call.query(by)) name.append("?").append(by).append("=").append(*value);
  }
  auto const page = list(tx, filter, call.page(name));
  return http::Reply::json(call.page_json(name, wire::to_json(page.items), page.next));
}

}  // namespace

std::vector<http::Route> routes() {
  using http::Method, http::Read, http::Write;
  constexpr std::string_view all = "/v1/cases";
  constexpr std::string_view one = "/v1/cases/{id}";
  return {
      {Method::post, all, Scope::cases_write, {}, Write{open_case, show_case}},
      {Method::get,
       all,
       Scope::cases_read,
       {"status", "assignee", "customer_id", "number", "limit", "cursor"},
       Read{list_cases}},
      {Method::get, one, Scope::cases_read, {}, Read{get_case}},
      {Method::patch, one, Scope::cases_write, {}, Write{patch_case, show_case}},
  };
}

}  // namespace throughline::cases
