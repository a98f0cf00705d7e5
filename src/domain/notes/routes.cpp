// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/notes.hpp"
#include "wire.hpp"

namespace throughline::notes {
namespace {

http::Receipt add_note(postgres::Tx& tx, http::Call const& call) {
  auto const added = add(tx, call.actor(), call.id<CaseId>(), wire::read_note(call.body()));
  return {added.repeated ? 200 : 201, wire::to_refs(added.id)};
}

http::Reply show_note(postgres::Tx& tx, http::Call const&, http::Receipt const& receipt) {
  return http::Reply::json(wire::to_json(get(tx, wire::parse_refs(receipt.refs))), receipt.status);
}

http::Reply list_notes(postgres::Tx& tx, http::Call const& call) {
  auto const case_id = call.id<CaseId>();
  std::string const name = "cases/" + case_id.str() + "/notes";
  auto const page = list(tx, case_id, call.page(name));
  return http::Reply::json(call.page_json(name, wire::to_json(page.items), page.next));
}

}  // namespace

std::vector<http::Route> routes() {
  constexpr std::string_view path = "/v1/cases/{id}/notes";
  return {
      {http::Method::post, path, Scope::cases_write, {}, http::Write{add_note, show_note}},
      {http::Method::get, path, Scope::cases_read, {"limit", "cursor"}, http::Read{list_notes}},
  };
}

}  // namespace throughline::notes
