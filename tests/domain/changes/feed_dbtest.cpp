// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The feed while others write. Transaction ids belong to the whole PostgreSQL server, so what is
// open elsewhere holds these feeds back: run [horizon] alone on its server. (Nothing here then
// becomes wrong, only slow; and "is held back" could pass for somebody else's sake.)
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <future>
#include <limits>
#include <map>
#include <random>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include "support/feed.hpp"
#include "support/seed.hpp"

namespace throughline::changes {
namespace {

using postgres::Tx;
using std::chrono::milliseconds;
using support::Feed;

/// A writer that stands still where the test wants it to. From its first moment it has a
/// transaction id; its customer is its own.
class Writer {
 public:
  explicit Writer(Feed& feed) : feed_(feed) {
    running_ = std::async(std::launch::async, [this] {
      try {
        feed_.write([this](Tx& tx) { work(tx); });
      } catch (RolledBack const&) {
      }
    });
    wait(reached_);
  }
  ~Writer() {
    if (running_.valid()) roll_back();
  }

  /// Draws a position and stays open.
  void record() {
    tell(Order::record);
    wait(reached_);
  }
  void commit() {
    tell(Order::commit);
    running_.get();
  }
  void roll_back() {
    tell(Order::roll_back);
    running_.get();
  }

 private:
  enum class Order { record, commit, roll_back };
  struct RolledBack {};

  void work(Tx& tx) {
    parts::Locked locked;
    auto const part = parts::create(tx, feed_.actor(), locked, false);
    while (true) {
      tx.exec("select 1");  // sends what waits
      reached_.release();
      wait(told_);
      if (order_ == Order::commit) return;
      if (order_ == Order::roll_back) throw RolledBack{};
      changes::record(tx, feed_.actor(), locked,
                      std::vector<Change>{{Type::customer_created, part, part.value, {}, {}}});
    }
  }
  void tell(Order order) {
    order_ = order;
    told_.release();
  }
  static void wait(std::binary_semaphore& semaphore) {
    if (!semaphore.try_acquire_for(std::chrono::seconds(10))) throw std::runtime_error("stuck");
  }

  Feed& feed_;
  Order order_ = Order::roll_back;
  std::binary_semaphore reached_{0};
  std::binary_semaphore told_{0};
  std::future<void> running_;
};

// `early` has the lower id and the higher position. When it commits, the highest id that has ended
// is its own: the snapshot's xmin and xmax both lie below `late`, which is open with the lower
// position.
TEST_CASE("feed: an open writer with a lower position is waited for", "[changes][horizon]") {
  Feed feed;
  Writer early(feed);
  Writer late(feed);
  late.record();
  early.record();
  early.commit();
  REQUIRE(feed.committed().size() == 1);
  for (int look = 0; look < 5; ++look) {
    auto const batch = feed.read({});
    CHECK(batch.items.empty());
    CHECK(batch.next == 0);
    CHECK_FALSE(batch.has_more);
  }
  late.commit();
  auto const items = feed.read_all();
  REQUIRE(items.size() == 2);
  CHECK(items[0].position < items[1].position);
}

TEST_CASE("feed: so is one that has not drawn a position yet", "[changes][horizon]") {
  Feed feed;
  feed.make();
  REQUIRE(feed.read_all().size() == 1);
  Writer open(feed);
  feed.make();
  auto const held_back = feed.read({feed.committed().front(), {}, 10});
  CHECK(held_back.items.empty());
  open.record();
  open.commit();
  CHECK(feed.read_all().size() == 3);
}

TEST_CASE("feed: a writer that rolls back leaves a gap and holds nothing up",
          "[changes][horizon]") {
  Feed feed;
  Writer failing(feed);
  failing.record();
  feed.make();
  CHECK(feed.read({}).items.empty());
  failing.roll_back();
  CHECK(feed.read_all().size() == 1);
}

TEST_CASE("feed: what is settled is shown while later writers are open", "[changes][horizon]") {
  Feed feed;
  feed.make();
  Writer first(feed);
  feed.make();
  CHECK(feed.read({}).items.empty());  // remembered: it waits for `first`
  Writer second(feed);
  first.commit();
  feed.make();
  auto const batch = feed.read({});
  CHECK(batch.items.size() == 2);
  second.commit();
  CHECK(feed.read_all().size() == 3);
}

TEST_CASE("feed: a new instance shows all there is, though somebody is always writing",
          "[changes][horizon]") {
  Feed feed;
  for (int i = 0; i < 20; ++i) feed.make();
  std::atomic<bool> stop = false;
  auto writing = std::async(std::launch::async, [&] {
    while (!stop) feed.make();
  });
  std::size_t most = 0;
  for (int instance = 0; instance < 20 && most < 20; ++instance) {
    Horizon fresh;
    feed.database().pool().transact(postgres::Mode::read, feed.tenant(), [&](Tx& tx) {
      most = std::max(most, read(tx, feed.actor(), fresh, {0, {}, batch_max}).items.size());
    });
  }
  stop = true;
  writing.get();
  CHECK(most >= 20);
}

/// Reads the feed from its first fact, as a caller would, until told the last position.
class Reader {
 public:
  Reader(Feed& feed, Horizon& horizon, std::size_t limit)
      : feed_(feed), horizon_(horizon), limit_(limit) {
    running_ = std::async(std::launch::async, [this] { run(); });
  }
  void finish_at(std::int64_t position) {
    last_ = position;
    running_.get();
  }
  std::size_t seen_so_far() const { return count_; }
  std::vector<Item> const& seen() const { return seen_; }
  std::chrono::microseconds trailed() const { return trailed_; }
  bool went_back() const { return went_back_; }

 private:
  void run() {
    Query query{0, {}, limit_};
    auto const start = std::chrono::steady_clock::now();
    while (query.after < last_ && std::chrono::steady_clock::now() - start < patience) {
      auto const later = std::chrono::steady_clock::now() - start;
      Actor actor = feed_.actor();
      actor.now += std::chrono::duration_cast<std::chrono::microseconds>(later);
      Batch batch;
      feed_.database().pool().transact(postgres::Mode::read, feed_.tenant(),
                                       [&](Tx& tx) { batch = read(tx, actor, horizon_, query); });
      went_back_ = went_back_ || batch.next < query.after;
      query.after = batch.next;
      seen_.insert(seen_.end(), batch.items.begin(), batch.items.end());
      count_ = seen_.size();
      trailed_ = std::max(trailed_, horizon_.trails());
      if (!batch.has_more) std::this_thread::sleep_for(milliseconds(1));
    }
  }

  static constexpr std::chrono::seconds patience{60};
  Feed& feed_;
  Horizon& horizon_;
  std::size_t const limit_;
  std::atomic<std::int64_t> last_ = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::size_t> count_ = 0;
  std::vector<Item> seen_;
  std::chrono::microseconds trailed_{0};
  bool went_back_ = false;
  std::future<void> running_;
};

struct RolledBack {};

/// Locks one to three customers, records facts of theirs, commits or not: each step in its own
/// time.
void write_randomly(Feed& feed, std::vector<CustomerId> const& customers, std::uint64_t seed,
                    int rounds) {
  std::mt19937_64 random(seed);
  auto const up_to = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  auto const pause = [&] { std::this_thread::sleep_for(std::chrono::microseconds(up_to(3000))); };
  for (int round = 0; round < rounds; ++round) {
    std::vector<CustomerId> mine;
    for (int count = up_to(2); count >= 0; --count) {
      mine.push_back(customers[static_cast<std::size_t>(up_to(11))]);
    }
    try {
      feed.write([&](Tx& tx) {
        auto locked = parts::lock(tx, feed.actor(), mine);
        pause();
        std::vector<Change> facts;
        for (int count = up_to(3); count >= 0; --count) {
          auto const part =
              mine[static_cast<std::size_t>(up_to(static_cast<int>(mine.size()) - 1))];
          facts.push_back({Type::event_recorded, part, part.value, {}, {}});
        }
        record(tx, feed.actor(), locked, facts);
        pause();
        if (up_to(7) == 0) throw RolledBack{};
      });
    } catch (RolledBack const&) {
    }
  }
}

TEST_CASE("feed: 16 writers and a long transaction beside them", "[changes][horizon]") {
  constexpr int writers = 16;
  constexpr int rounds = 40;
  Feed feed;
  auto const seed = test::seed("feed");
  std::vector<CustomerId> customers;
  for (int i = 0; i < 12; ++i) customers.push_back(feed.make());

  Horizon other_instance;
  Reader small_steps(feed, feed.horizon(), 7);
  Reader second_of_instance(feed, feed.horizon(), batch_max);
  Reader elsewhere(feed, other_instance, batch_max);
  std::atomic<bool> stop = false;
  auto long_ones = std::async(std::launch::async, [&] {
    while (!stop) {
      Writer writer(feed);
      writer.record();
      std::this_thread::sleep_for(milliseconds(150));
      writer.commit();
      std::this_thread::sleep_for(milliseconds(50));
    }
  });
  std::vector<std::future<void>> writing;
  for (int i = 0; i < writers; ++i) {
    writing.push_back(std::async(std::launch::async, [&, i] {
      write_randomly(feed, customers, seed + static_cast<std::uint64_t>(i), rounds);
    }));
  }
  for (auto& writer : writing) writer.get();
  CHECK(elsewhere.seen_so_far() > 0);  // it moved on under load
  stop = true;
  long_ones.get();

  auto const committed = feed.committed();
  for (auto* reader : {&small_steps, &second_of_instance, &elsewhere}) {
    reader->finish_at(committed.back());
    CHECK_FALSE(reader->went_back());
    CHECK(reader->trailed() > milliseconds(50));
    std::vector<std::int64_t> positions;
    std::map<CustomerId, std::int64_t> versions;
    bool in_order = true;
    for (Item const& item : reader->seen()) {
      positions.push_back(item.position);
      in_order = in_order && item.version == ++versions[item.root];
    }
    CHECK(positions == committed);
    CHECK(in_order);
  }
}

}  // namespace
}  // namespace throughline::changes
