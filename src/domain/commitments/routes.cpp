// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/commitments.hpp"
#include "wire.hpp"

namespace throughline::commitments {
namespace {

http::Receipt make_commitment(postgres::Tx& tx, http::Call const& call) {
  auto const made = make(tx, call.actor(), call.id<CaseId>(), wire::read_new(call.body()));
  return {made.repeated ? 200 : 201, wire::to_refs(made.id)};
}

http::Receipt patch_commitment(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<CommitmentId>();
  update(tx, call.actor(), id, wire::read_patch(call.body()), call.if_match());
  return {200, wire::to_refs(id)};
}

http::Reply reply(Commitment const& value, int status) {
  auto answer = http::Reply::versioned(wire::to_json(value), value.version, status);
  if (status != 201) return answer;
  return std::move(answer).with("Location", "/v1/commitments/" + value.id.str());
}

http::Reply show_commitment(postgres::Tx& tx, http::Call const&, http::Receipt const& receipt) {
  return reply(get(tx, wire::parse_refs(receipt.refs)), receipt.status);
}

http::Reply get_commitment(postgres::Tx& tx, http::Call const& call) {
  return reply(get(tx, call.id<CommitmentId>()), 200);
}

http::Reply list_commitments(postgres::Tx& tx, http::Call const& call) {
  Filter filter;
  filter.status = call.query_word("status", wire::statuses);
  filter.due_before = call.query_time("due_before");
  filter.customer = call.query_id<CustomerId>("customer_id");
  filter.case_id = call.query_id<CaseId>("case_id");
  std::string name = "commitments";
  for (std::string_view const by : {"status", "due_before", "customer_id", "case_id"}) {
    if (auto const value = call.query(by)) name.append("?").append(by).append("=").append(*value);
  }
  auto const page = list(tx, filter, call.page(name));
  return http::Reply::json(call.page_json(name, wire::to_json(page.items), page.next));
}

}  // namespace

std::vector<http::Route> routes() {
  using http::Method, http::Read, http::Write;
  constexpr std::string_view all = "/v1/commitments";
  constexpr std::string_view one = "/v1/commitments/{id}";
  return {
      {Method::post,
       "/v1/cases/{id}/commitments",
       Scope::cases_write,
       {},
       Write{make_commitment, show_commitment}},
      {Method::get,
       all,
       Scope::cases_read,
       {"status", "due_before", "customer_id", "case_id", "limit", "cursor"},
       Read{list_commitments}},
      {Method::get, one, Scope::cases_read, {}, Read{get_commitment}},
      {Method::patch, one, Scope::cases_write, {}, Write{patch_commitment, show_commitment}},
  };
}

}  // namespace throughline::commitments
