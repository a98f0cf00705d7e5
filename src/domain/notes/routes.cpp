// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/notes.hpp"
#include "throughline/platform/http_batch.hpp"
#include "wire.hpp"

namespace throughline::notes {
namespace {

/// A note as its request asks for it.
struct Request {
  CaseId case_id;
  NewNote note;
};

std::shared_ptr<void const> read_request(http::Call const& call) {
  return std::make_shared<Request const>(Request{call.id<CaseId>(), wire::read_note(call.body())});
}

void settle(postgres::Tx& tx, http::BatchItem& item, Adding::Outcome const& outcome) {
  if (outcome.moved) return item.postpone();
  if (outcome.error) return item.fail(*outcome.error);
  http::Receipt const receipt{outcome.added.repeated ? 200 : 201, wire::to_refs(outcome.added.id)};
  if (outcome.added.repeated) {
    auto const first = get(tx, outcome.added.id);
    return item.succeed(receipt, http::Reply::json(wire::to_json(first), receipt.status),
                        {outcome.root});
  }
  item.succeed(receipt, http::Reply::json(wire::to_json(outcome.note), receipt.status),
               {outcome.root});
}

std::function<void()> add_notes(postgres::Tx& tx, std::span<http::BatchItem> items) {
  std::vector<Adding::Asked> asked;
  for (auto const& item : items) {
    auto const& request = item.asked<Request>();
    asked.push_back({&item.actor(), request.case_id, &request.note});
  }
  auto const adding = std::make_shared<Adding>(tx, std::move(asked));
  return [&tx, items, adding] {
    std::vector<bool> wanted;
    for (auto const& item : items) wanted.push_back(item.is_open());
    auto const outcomes = adding->finish(wanted);
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (wanted[i]) settle(tx, items[i], outcomes[i]);
    }
  };
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
      {http::Method::post,
       path,
       Scope::cases_write,
       {},
       http::batched({read_request, add_notes, show_note})},
      {http::Method::get, path, Scope::cases_read, {"limit", "cursor"}, http::Read{list_notes}},
  };
}

}  // namespace throughline::notes
