// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/feed.hpp"

#include <stdexcept>
#include <thread>

namespace throughline::support {
namespace {

constexpr std::chrono::seconds patience{30};
constexpr std::chrono::milliseconds pause{2};

}  // namespace

Actor Feed::actor(std::chrono::seconds later) const {
  return database_.actor(tenant_, test_now + later);
}

std::vector<postgres::Touched> Feed::write(std::function<void(postgres::Tx&)> const& body) {
  return database_.pool().transact(postgres::Mode::write, tenant_, body).touched;
}

CustomerId Feed::make(std::chrono::seconds later) {
  CustomerId part;
  write([&](postgres::Tx& tx) {
    parts::Locked locked;
    part = parts::create(tx, actor(later), locked, false);
    std::vector<changes::Change> const facts{
        {changes::Type::customer_created, part, part.value, {}, {}}};
    changes::record(tx, actor(later), locked, facts);
  });
  return part;
}

void Feed::record(CustomerId part, changes::Type type) {
  write([&](postgres::Tx& tx) {
    auto locked = parts::lock(tx, actor(), std::vector{part});
    std::vector<changes::Change> const facts{{type, part, part.value, {}, {}}};
    changes::record(tx, actor(), locked, facts);
  });
}

changes::Batch Feed::read(changes::Query const& query) {
  changes::Batch batch;
  database_.pool().transact(postgres::Mode::read, tenant_, [&](postgres::Tx& tx) {
    batch = changes::read(tx, actor(), horizon_, query);
  });
  return batch;
}

std::vector<changes::Item> Feed::read_all() {
  auto const all = committed();
  auto const deadline = std::chrono::steady_clock::now() + patience;
  std::vector<changes::Item> items;
  changes::Query query;
  query.limit = changes::batch_max;
  while (items.size() < all.size()) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the feed is stuck");
    auto batch = read(query);
    query.after = batch.next;
    items.insert(items.end(), batch.items.begin(), batch.items.end());
    if (!batch.has_more && items.size() < all.size()) std::this_thread::sleep_for(pause);
  }
  return items;
}

std::vector<std::int64_t> Feed::committed() {
  std::vector<std::int64_t> positions;
  database_.pool().transact(postgres::Mode::read, tenant_, [&](postgres::Tx& tx) {
    positions.clear();
    for (auto const row : tx.exec("select position from changes order by position")) {
      positions.push_back(row[0].integer());
    }
  });
  return positions;
}

}  // namespace throughline::support
