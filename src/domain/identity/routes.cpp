// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The customers' routes stand here because identifiers stand in a customer's document.
#include <algorithm>
#include <utility>

#include "domain/identity/candidates.hpp"
#include "domain/identity/rules.hpp"
#include "domain/identity/wire.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {
namespace {

using http::Call;
using http::Method;
using http::Receipt;
using http::Reply;

// --- customers -------------------------------------------------------------------------------

Reply shown(customers::Customer const& customer, std::string body, int status) {
  auto reply = Reply::versioned(std::move(body), customer.version, status);
  if (!customer.merged_from) return reply;
  return std::move(reply).with("Content-Location", path_of(customer.id));
}

Reply show_customer(postgres::Tx& tx, CustomerId id, int status = 200) {
  auto const customer = customers::get(tx, id);
  return shown(customer, customer_json(tx, customer), status);
}

Reply get_customer(postgres::Tx& tx, Call const& call) {
  return show_customer(tx, call.id<CustomerId>());
}

Receipt patch_customer(postgres::Tx& tx, Call const& call) {
  auto const id = call.id<CustomerId>();
  auto const patch = read_customer_patch(call.body(), call.actor());
  customers::update(tx, call.actor(), id, patch, call.if_match());
  append_profile_keys(tx, id);
  return {200, to_refs(CustomerRefs{id, {}, {}, {}})};
}

Reply render_customer(postgres::Tx& tx, Call const&, Receipt const& receipt) {
  return show_customer(tx, parse_customer_refs(receipt.refs).customer, receipt.status);
}

// --- upsert ----------------------------------------------------------------------------------

Identifier path_identifier(Call const& call) {
  return read_path(call.path("type"), call.path("value"), call.query("region").value_or(""),
                   call.actor());
}

/// The key and what came beside it, as upsert() goes through them.
std::vector<Identifier> all_identifiers(Upsert const& upsert) {
  std::vector<Identifier> all{upsert.key};
  all.insert(all.end(), upsert.identifiers.begin(), upsert.identifiers.end());
  return distinct(all);
}

Upsert asked_upsert(Call const& call) {
  return read_upsert(call.body(), path_identifier(call), call.actor());
}

Receipt put_customer(postgres::Tx& tx, Call const& call) {
  auto const asked = asked_upsert(call);
  auto const done = upsert(tx, call.actor(), asked, call.if_match());
  CustomerRefs refs{done.customer, {}, {}, done.review};
  auto const all = all_identifiers(asked);
  for (auto const& conflict : done.conflicts) {
    auto const found = std::find_if(all.begin(), all.end(), [&](Identifier const& one) {
      return one.type == conflict.identifier.type && one.value == conflict.identifier.value;
    });
    refs.conflicts.push_back(static_cast<std::size_t>(found - all.begin()));
    refs.reasons.push_back(conflict.reason);
  }
  return {done.created ? 201 : 200, to_refs(refs)};
}

Reply render_upsert(postgres::Tx& tx, Call const& call, Receipt const& receipt) {
  auto const refs = parse_customer_refs(receipt.refs);
  auto const all = all_identifiers(asked_upsert(call));
  std::vector<ShownConflict> conflicts;
  for (std::size_t i = 0; i < refs.conflicts.size(); ++i) {
    auto const& identifier = all.at(refs.conflicts[i]);
    auto const owners = owners_of(tx, identifier);
    conflicts.push_back({identifier, candidates_json(tx, owners), refs.reasons.at(i)});
  }
  auto const customer = customers::get(tx, refs.customer);
  auto reply = shown(customer, upserted_json(customer_json(tx, customer), conflicts, refs.review),
                     receipt.status);
  if (receipt.status != 201) return reply;
  return std::move(reply).with("Location", path_of(refs.customer));
}

// --- identifiers -----------------------------------------------------------------------------

Receipt post_identifier(postgres::Tx& tx, Call const& call) {
  auto const id = call.id<CustomerId>();
  auto const asked = read_attachment(call.body(), call.actor());
  bool const fresh = attach(tx, call.actor(), id, asked.identifier, asked.others);
  return {fresh ? 201 : 200, to_refs(CustomerRefs{id, {}, {}, {}})};
}

Receipt delete_identifier(postgres::Tx& tx, Call const& call) {
  auto const id = call.id<CustomerId>();
  detach(tx, call.actor(), id, path_identifier(call));
  return {200, to_refs(CustomerRefs{id, {}, {}, {}})};
}

// --- resolve ---------------------------------------------------------------------------------

Receipt post_question(postgres::Tx& tx, Call const& call) {
  auto const question = read_question(call.body(), call.actor());
  return {200, to_refs(ask(tx, call.actor(), question))};
}

Reply render_answer(postgres::Tx& tx, Call const& call, Receipt const& receipt) {
  auto const question = read_question(call.body(), call.actor());
  auto const answer = parse_answer_refs(receipt.refs);
  std::vector<CustomerId> customers;
  for (Match const& match : answer.matches) customers.push_back(match.customer);
  return Reply::json(answer_json(answer, question.dry_run, customers::display_names(tx, customers),
                                 leading(tx, question, answer.matches)));
}

}  // namespace

std::vector<http::Route> routes() {
  return {
      {Method::get, "/v1/customers/{id}", Scope::customers_read, {}, http::Read{get_customer}},
      {Method::patch,
       "/v1/customers/{id}",
       Scope::customers_write,
       {},
       http::Write{patch_customer, render_customer}},
      {Method::put,
       "/v1/customers/by/{type}/{value}",
       Scope::customers_write,
       {"region"},
       http::Write{put_customer, render_upsert}},
      {Method::post,
       "/v1/customers/{id}/identifiers",
       Scope::identity_write,
       {},
       http::Write{post_identifier, render_customer}},
      {Method::del,
       "/v1/customers/{id}/identifiers/{type}/{value}",
       Scope::identity_write,
       {"region"},
       http::Write{delete_identifier, render_customer}},
      {Method::post,
       "/v1/identity/resolve",
       Scope::identity_write,
       {},
       http::Write{post_question, render_answer}},
  };
}

}  // namespace throughline::identity
