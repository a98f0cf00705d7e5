// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/visit.hpp"

#include <utility>

#include "platform/http/text.hpp"

namespace throughline::http {

namespace {

constexpr std::size_t key_bytes_max = 256;

bool is_json(std::string_view content_type, Method method) {
  auto const semicolon = content_type.find(';');
  auto const type = to_lower(trim_blanks(content_type.substr(0, semicolon)));
  bool const known = type == "application/json" ||
                     (type == "application/merge-patch+json" && method == Method::patch);
  if (!known || semicolon == std::string_view::npos) return known;
  auto const parameter = to_lower(trim_blanks(content_type.substr(semicolon + 1)));
  return parameter.empty() || parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

void check_media_type(Request const& request) {
  if (request.method == Method::get || request.method == Method::head) return;
  if (request.body.empty()) return;
  if (!request.header("content-encoding").empty()) {
    throw Error(Code::not_acceptable, "Send the body as it is, without a Content-Encoding.");
  }
  if (is_json(request.header("content-type"), request.method)) return;
  throw Error(Code::not_acceptable, request.method == Method::patch
                                        ? "Send the body as application/merge-patch+json or "
                                          "application/json, in UTF-8."
                                        : "Send the body as application/json, in UTF-8.");
}

}  // namespace

std::string_view presented_key(Request const& request) {
  auto const value = request.header("authorization");
  constexpr std::string_view scheme = "bearer ";
  bool const bearer = to_lower(value.substr(0, scheme.size())) == scheme;
  auto const key = bearer ? trim_blanks(value.substr(scheme.size())) : std::string_view();
  return key.size() > key_bytes_max ? std::string_view() : key;
}

Visit::Visit(ExchangePtr exchange, Entry const& entry, std::vector<std::string> path_values)
    : exchange_(std::move(exchange)), entry_(entry), path_values_(std::move(path_values)) {}

Visit::~Visit() {
  leave();
}

void Visit::admit(std::shared_ptr<auth::Key> key) {
  if (!key) throw Error(Code::unauthorized, "The API key is unknown or has been revoked.");
  exchange_->tenant = key->tenant;
  exchange_->key = key->id;
  if (!key->scopes.allows(route().scope)) {
    throw Error(Code::forbidden,
                "The key lacks the scope " + std::string(name(route().scope)) + ".");
  }
  key_ = std::move(key);
  check_query(route(), request());
  check_media_type(request());
  actor_ = Actor{key_->tenant,         key_->id,
                 key_->scopes,         request().received_at,
                 key_->default_region, request().traceparent};
  call_.emplace(request(), actor_, std::move(path_values_), entry_.path_names);
}

bool Visit::take_place(std::size_t places) {
  if (placed_) return true;
  if (key_->in_flight.fetch_add(1) >= places) {
    key_->in_flight.fetch_sub(1);
    return false;
  }
  placed_ = true;
  return true;
}

void Visit::leave() {
  if (std::exchange(placed_, false)) key_->in_flight.fetch_sub(1);
}

void Visit::answer(Reply reply) {
  leave();
  exchange_->answer(std::move(reply));
}

void Visit::answer_from_worker(std::shared_ptr<Visit> self, Reply reply) {
  exchange_->post([self = std::move(self), reply = std::move(reply)]() mutable {
    self->answer(std::move(reply));
  });
}

}  // namespace throughline::http
