// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/changes/wire.hpp"

namespace throughline::changes {
namespace {

http::Reply list(postgres::Tx& tx, http::Call const& call, Horizon& horizon) {
  Query query;
  if (auto const cursor = call.query("cursor")) {
    query.after = wire::read_cursor(tx.tenant(), *cursor);
  }
  if (auto const limit = call.query_integer("limit", 1, batch_max)) {
    query.limit = static_cast<std::size_t>(*limit);
  }
  if (auto const types = call.query("types")) query.types = wire::read_types(*types);
  return http::Reply::json(wire::to_json(read(tx, call.actor(), horizon, query), tx.tenant()));
}

}  // namespace

std::vector<http::Route> routes(std::shared_ptr<Horizon> horizon) {
  auto const answer = [horizon](postgres::Tx& tx, http::Call const& call) {
    return list(tx, call, *horizon);
  };
  return {{http::Method::get,
           "/v1/changes",
           Scope::sync_read,
           {"cursor", "limit", "types"},
           http::Read{answer}}};
}

}  // namespace throughline::changes
