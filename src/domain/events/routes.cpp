// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <variant>

#include "throughline/domain/events.hpp"
#include "wire.hpp"

namespace throughline::events {

namespace {

/// Items that could not even be read keep their place among the results.
std::vector<Result> record_readable(postgres::Tx& tx, Actor const& actor,
                                    std::vector<wire::Element> elements) {
  std::vector<NewEvent> readable;
  for (auto const& element : elements) {
    if (auto const* event = std::get_if<NewEvent>(&element)) readable.push_back(*event);
  }
  auto recorded = record(tx, actor, readable);
  std::vector<Result> results;
  std::size_t next = 0;
  for (auto& element : elements) {
    if (auto* errors = std::get_if<std::vector<FieldError>>(&element)) {
      results.push_back({Result::Status::failed, {}, {}, std::move(*errors), {}});
    } else {
      results.push_back(std::move(recorded[next++]));
    }
  }
  return results;
}

http::Receipt post_events(postgres::Tx& tx, http::Call const& call) {
  auto const results =
      record_readable(tx, call.actor(), wire::read(call.body(), call.actor()));
  return {200, wire::to_refs(results)};
}

http::Reply show_events(postgres::Tx&, http::Call const&, http::Receipt const& receipt) {
  return http::Reply::json(wire::to_answer(receipt.refs), receipt.status);
}

}  // namespace

std::vector<http::Route> routes() {
  return {{http::Method::post, "/v1/events", Scope::customers_write, {},
           http::Write{post_events, show_events}}};
}

}  // namespace throughline::events
