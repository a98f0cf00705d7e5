// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Keys for customers that have none.
#include "domain/identity/candidates.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {
namespace {

constexpr std::size_t chunk = 1000;  // customers a transaction

std::vector<store::KeyRow> keys_of(store::Members const& found) {
  std::vector<store::KeyRow> rows;
  for (auto const& [part, record] : records_of(found)) {
    for (auto const key : likeness::keys(record)) rows.push_back({key, part});
  }
  return rows;
}

}  // namespace

std::size_t index(postgres::Pool& pool, TenantId tenant) {
  std::size_t customers = 0;
  std::optional<CustomerId> below;
  for (bool more = true; more;) {
    pool.transact(postgres::Mode::write, tenant, [&](postgres::Tx& tx) {
      auto const roots = store::roots_below(tx, below, chunk);
      more = !roots.empty();
      if (!more) return;
      store::append_keys(tx, keys_of(store::members_of(tx, roots)));
      below = roots.back();
      customers += roots.size();
    });
  }
  pool.transact(postgres::Mode::write, tenant, [&](postgres::Tx& tx) {
    store::set_population(tx, static_cast<std::int64_t>(customers));
  });
  return customers;
}

}  // namespace throughline::identity
