// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "domain/merges/preview.hpp"
#include "domain/merges/store.hpp"
#include "domain/merges/wire.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/merges.hpp"

namespace throughline::merges {
namespace {

using http::Call;
using http::Method;
using http::Receipt;
using http::Reply;

// --- merge -----------------------------------------------------------------------------------

AskedMerge asked_merge(Call const& call) {
  return read_merge(call.body(), call.id<CustomerId>());
}

/// A dry run has nothing to be remembered by: render_merge() runs it.
Receipt post_merge(postgres::Tx& tx, Call const& call) {
  auto const [asked, dry_run] = asked_merge(call);
  if (dry_run) return {200, to_refs(MergeRefs{})};
  auto const merged = merge(tx, call.actor(), asked);
  if (merged) return {200, to_refs(MergeRefs{merged->id, std::nullopt})};
  return {200, to_refs(MergeRefs{std::nullopt, asked.customer})};
}

Reply render_merge(postgres::Tx& tx, Call const& call, Receipt const& receipt) {
  auto const refs = parse_merge_refs(receipt.refs);
  if (!refs.merge && !refs.customer) {
    return Reply::json(preview_json(preview(tx, call.actor(), asked_merge(call).asked)));
  }
  std::optional<Entry> entry;
  if (refs.merge) entry = store::joined(tx, *refs.merge);
  auto const root = parts::root_of(tx, entry ? entry->survivor : *refs.customer).value();
  auto const customer = customers::get(tx, root);
  auto const document = customer_json(customer, store::identifiers_of(tx, root));
  return Reply::json(merged_json(entry, document), receipt.status);
}

// --- undo ------------------------------------------------------------------------------------

/// As things stand now, which may be after a merge that joined them again.
std::vector<Left> left_of(postgres::Tx& tx, store::UndoRow const& undo) {
  std::vector<Left> found;
  for (CustomerId const root : undo.roots) {
    auto customer = customers::get(tx, root);
    CustomerId const id = customer.id;
    bool const known = std::any_of(found.begin(), found.end(),
                                   [id](Left const& left) { return left.customer.id == id; });
    if (known) continue;
    found.push_back({std::move(customer), parts::members(tx, id), store::identifiers_of(tx, id)});
  }
  return found;
}

std::string answer_json(postgres::Tx& tx, Undone const& undone, bool dry_run) {
  Answer answer;
  answer.parted = undone.parted;
  answer.dry_run = dry_run;
  answer.undo = store::get(tx, undone.id);
  answer.stayed = store::stayed(tx, answer.undo);
  answer.customers = left_of(tx, answer.undo);
  return undone_json(answer);
}

AskedUndo asked_undo(Call const& call) {
  return read_undo(call.body(), call.id<MergeId>());
}

Receipt post_undo(postgres::Tx& tx, Call const& call) {
  auto const [asked, dry_run] = asked_undo(call);
  if (dry_run) return {200, to_refs(std::optional<Undone>())};
  return {200, to_refs(std::optional(undo(tx, call.actor(), asked)))};
}

Reply render_undo(postgres::Tx& tx, Call const& call, Receipt const& receipt) {
  if (auto const undone = parse_undo_refs(receipt.refs)) {
    return Reply::json(answer_json(tx, *undone, false), receipt.status);
  }
  std::string body;
  rehearse(tx,
           [&] { body = answer_json(tx, undo(tx, call.actor(), asked_undo(call).undo), true); });
  return Reply::json(std::move(body), receipt.status);
}

// --- history ---------------------------------------------------------------------------------

Reply list_merges(postgres::Tx& tx, Call const& call) {
  auto const customer = call.id<CustomerId>();
  auto const root = parts::root_of(tx, customer);
  if (!root) throw Error(Code::not_found, "There is no customer with this id.");
  std::string const name = "merges/" + customer.str();
  auto const page = store::history(tx, *root, call.page(name));
  std::vector<std::string> items;
  for (Entry const& entry : page.items) items.push_back(to_json(entry));
  auto reply = Reply::json(call.page_json(name, items, page.next));
  if (*root == customer) return reply;
  std::string const& target = call.request().target;
  return std::move(reply).with("Content-Location",
                               "/v1/customers/" + root->str() + "/merges" +
                                   target.substr(std::min(target.find('?'), target.size())));
}

}  // namespace

std::vector<http::Route> routes() {
  return {
      {Method::post,
       "/v1/customers/{id}/merge",
       Scope::identity_write,
       {},
       http::Write{post_merge, render_merge}},
      {Method::get,
       "/v1/customers/{id}/merges",
       Scope::customers_read,
       {"limit", "cursor"},
       http::Read{list_merges}},
      {Method::post,
       "/v1/merges/{id}/undo",
       Scope::identity_write,
       {},
       http::Write{post_undo, render_undo}},
  };
}

}  // namespace throughline::merges
