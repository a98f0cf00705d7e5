// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <variant>

#include "throughline/domain/events.hpp"
#include "throughline/platform/http_batch.hpp"
#include "wire.hpp"

namespace throughline::events {

namespace {

using Elements = std::vector<wire::Element>;

std::shared_ptr<void const> read_events(http::Call const& call) {
  return std::make_shared<Elements const>(wire::read(call.body(), call.actor()));
}

/// Items that could not even be read keep their place among the results.
std::vector<Result> results_of(Elements const& elements, std::vector<Result>& recorded,
                               std::size_t& next) {
  std::vector<Result> results;
  for (auto const& element : elements) {
    if (auto const* errors = std::get_if<std::vector<FieldError>>(&element)) {
      results.push_back({Result::Status::failed, {}, {}, *errors, {}});
    } else {
      results.push_back(std::move(recorded[next++]));
    }
  }
  return results;
}

http::Reply show_events(postgres::Tx&, http::Call const&, http::Receipt const& receipt) {
  return http::Reply::json(wire::to_answer(receipt.refs), receipt.status);
}

/// The events of all requests at once, as if one had brought them: they are of one key.
void record_open(postgres::Tx& tx, std::span<http::BatchItem> items) {
  std::vector<NewEvent> readable;
  std::optional<Actor> actor;
  for (auto const& item : items) {
    if (!item.is_open()) continue;
    if (!actor || actor->now < item.actor().now) actor = item.actor();
    for (auto const& element : item.asked<Elements>()) {
      if (auto const* event = std::get_if<NewEvent>(&element)) readable.push_back(*event);
    }
  }
  if (!actor) return;
  auto recorded = record(tx, *actor, readable);
  std::vector<CustomerId> roots;
  for (auto const& touched : tx.touched()) {
    if (touched.tenant == tx.tenant()) roots.push_back(touched.root);
  }
  std::size_t next = 0;
  for (auto& item : items) {
    if (!item.is_open()) continue;
    http::Receipt const receipt{200,
                                wire::to_refs(results_of(item.asked<Elements>(), recorded, next))};
    item.succeed(receipt, show_events(tx, item.call(), receipt), roots);
  }
}

std::function<void()> post_events(postgres::Tx& tx, std::span<http::BatchItem> items) {
  return [&tx, items] { record_open(tx, items); };
}

}  // namespace

std::vector<http::Route> routes() {
  return {{http::Method::post,
           "/v1/events",
           Scope::customers_write,
           {},
           http::batched({read_events, post_events, show_events, true})}};
}

}  // namespace throughline::events
