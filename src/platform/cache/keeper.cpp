// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "platform/cache/memory.hpp"
#include "platform/cache/relay.hpp"
#include "platform/cache/standing.hpp"
#include "throughline/base/broken.hpp"
#include "throughline/platform/cache_protocol.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/postgres_session.hpp"

namespace throughline::cache {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// Lookers for a place of their own turn at least so often; parked answers are looked after so
/// much more often than the relay works.
constexpr int looks_per_interval = 5;
/// A session that hangs for so long is ended by PostgreSQL, and its locks are others'.
constexpr milliseconds session_idle_max{5000};
constexpr milliseconds reconnect_delay{200};
constexpr milliseconds turn_max{10};
constexpr milliseconds announce_interval{5000};
constexpr milliseconds forget_instances_after{60'000};

constexpr char const* taken_by_memory =
    "another instance holds the memory cache of this database: the memory form is for one instance "
    "alone; stop it, or give every instance the same THROUGHLINE_REDIS_URL";
constexpr char const* taken_by_anyone =
    "another instance serves this database: the memory form of the cache is for one instance "
    "alone; stop it, or give every instance the same THROUGHLINE_REDIS_URL";

}  // namespace

class Keeper::Impl {
 public:
  Impl(KeeperOptions given, std::shared_ptr<Standing> standing,
       std::shared_ptr<MemoryEntries> memory, std::shared_ptr<RedisForm> redis, log::Logger& log,
       metrics::Registry& metrics)
      : options_(std::move(given)),
        form_(redis ? Form::redis : Form::memory),
        standing_(std::move(standing)),
        memory_(std::move(memory)),
        redis_(std::move(redis)),
        log_(log),
        held_(metrics.gauge("throughline_cache_lease",
                            "1 while this instance has the right to serve from its cache.")) {
    if (redis_) {
      line_.emplace(options_.redis, log);
      relay_.emplace(*redis_, *line_, options_.timing, log, metrics);
    }
    standing_->say("the cache has no lease yet");
    standing_->on_waiting([this] { wake(); });
  }

  void start();
  void stop();
  std::string problem();
  void announce(std::string address);

 private:
  void run();
  void step();
  void ensure_session();
  void take_lease();
  void renew_lease();
  void note_tried();
  void free_parked();
  void announce_at_intervals();
  void lose(char const* why);
  void leave();
  void wake();
  bool rest();

  KeeperOptions const options_;
  Form const form_;
  std::shared_ptr<Standing> const standing_;
  std::shared_ptr<MemoryEntries> const memory_;
  std::shared_ptr<RedisForm> const redis_;
  log::Logger& log_;
  metrics::Gauge held_;

  // Of the keeper's thread, once it runs.
  std::optional<RedisLine> line_;
  std::optional<Relay> relay_;
  std::optional<postgres::Session> session_;
  bool has_lock_ = false;
  std::int64_t epoch_ = 0;            // of the memory form's last entry
  Clock::time_point serves_from_{};   // not before, whatever the lock says
  Clock::time_point next_attempt_{};  // to connect
  Clock::time_point next_cycle_{};
  Clock::time_point next_announcement_{};
  Uuid const instance_ = make_uuid7(SystemClock().now());

  std::mutex mutex_;
  std::condition_variable waking_;
  bool stopping_ = false;  // guarded by mutex_
  bool woken_ = false;     // guarded by mutex_
  bool tried_ = false;     // guarded by mutex_: start() need wait no longer
  bool refused_ = false;   // guarded by mutex_: the lock is another's
  std::string address_;    // guarded by mutex_
  std::thread thread_;
};

void Keeper::Impl::start() {
  thread_ = std::thread([this] { run(); });
  std::unique_lock lock(mutex_);
  waking_.wait_for(lock, options_.timing.hand_over, [this] { return tried_; });
  if (!refused_) return;
  lock.unlock();
  throw Refused(problem());
}

void Keeper::Impl::stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard const lock(mutex_);
    stopping_ = true;
  }
  waking_.notify_all();
  thread_.join();
  standing_->on_waiting({});
}

std::string Keeper::Impl::problem() {
  std::lock_guard const lock(mutex_);
  if (!refused_) return {};
  return form_ == Form::memory ? taken_by_anyone : taken_by_memory;
}

void Keeper::Impl::run() {
  do {
    try {
      step();
    } catch (std::exception const& failure) {
      log_.warning("cache_keeper_failed", {{"reason", failure.what()}});
      if (!session_ || session_->lost()) lose("the cache's session with PostgreSQL is lost");
    }
  } while (rest());
  leave();
}

void Keeper::Impl::step() {
  auto const now = Clock::now();
  bool const due = now >= next_cycle_;
  if (due) {
    next_cycle_ = now + options_.timing.interval;
    if (!session_) ensure_session();
    if (!session_) return;
    if (!has_lock_) take_lease();
    if (has_lock_) renew_lease();
    note_tried();
    if (has_lock_ && relay_) relay_->step(*session_);
    if (has_lock_) announce_at_intervals();
  }
  if (session_ && has_lock_) free_parked();
}

void Keeper::Impl::ensure_session() {
  auto const now = Clock::now();
  if (now < next_attempt_) return;
  next_attempt_ = now + reconnect_delay;
  try {
    session_.emplace(options_.database, session_idle_max);
    if (redis_ && redis_->database().empty()) {
      redis_->name_database(store::database_name(*session_));
    }
  } catch (std::exception const&) {
    session_.reset();
    standing_->say("the cache has no lease: PostgreSQL is away");
    note_tried();
  }
}

void Keeper::Impl::take_lease() {
  if (!store::take_lease(*session_, form_)) return;
  if (form_ == Form::memory) {
    auto const entered = store::enter_memory(*session_, epoch_);
    epoch_ = entered.epoch;
    serves_from_ = Clock::now() + (entered.contested ? options_.timing.lapse : milliseconds(0));
  }
  has_lock_ = true;  // not before it has entered: that may throw
}

/// start() waits no longer once the lease is this instance's, or PostgreSQL can't be asked.
void Keeper::Impl::note_tried() {
  bool const refused = session_ && !has_lock_;
  if (refused) standing_->say("another instance holds the cache's lease");
  std::lock_guard const lock(mutex_);
  refused_ = refused;
  tried_ = !refused;
  waking_.notify_all();
}

/// A round trip proves that the lock was held when it began.
void Keeper::Impl::renew_lease() {
  auto const began = Clock::now();
  session_->exec("select");
  if (began < serves_from_) return standing_->say("the cache waits for an earlier lease to lapse");
  if (!standing_->lease.holds()) standing_->say({});
  standing_->lease.extend(is_broken("lease") ? began + std::chrono::hours(1) : began);
  held_.set(1);
}

void Keeper::Impl::free_parked() {
  auto const waiting = standing_->waiting();
  if (waiting.empty()) return;
  if (form_ == Form::memory) {
    if (standing_->lease.holds()) standing_->let_all_go();
    return;
  }
  standing_->let_go(store::settled(*session_, waiting, options_.timing.lapse));
}

void Keeper::Impl::announce_at_intervals() {
  auto const now = Clock::now();
  if (now < next_announcement_) return;
  std::string address;
  {
    std::lock_guard const lock(mutex_);
    address = address_;
  }
  if (address.empty()) return;
  store::announce(*session_, instance_, address, forget_instances_after);
  next_announcement_ = now + announce_interval;
}

void Keeper::Impl::announce(std::string address) {
  std::lock_guard const lock(mutex_);
  address_ = std::move(address);
}

void Keeper::Impl::lose(char const* why) {
  standing_->lease.drop();
  if (memory_) forget_all(*memory_);
  if (relay_) relay_->lost();
  held_.set(0);
  standing_->say(why);
  has_lock_ = false;
  session_.reset();
}

/// For the next instance to begin at once: nothing is written or served here any more.
void Keeper::Impl::leave() {
  standing_->lease.drop();
  if (!session_ || !has_lock_) return;
  try {
    if (relay_) relay_->leave(*session_);
    store::withdraw(*session_, instance_);
    if (memory_) store::leave_memory(*session_);
    store::give_lease(*session_, form_);
  } catch (std::exception const& failure) {
    log_.warning("cache_lease_not_given_back", {{"reason", failure.what()}});
  }
  session_.reset();
}

void Keeper::Impl::wake() {
  std::lock_guard const lock(mutex_);
  woken_ = true;
  waking_.notify_all();
}

/// Until the next step is due or somebody waits for it; false when it is time to stop.
bool Keeper::Impl::rest() {
  bool const parked = session_ && !standing_->waiting().empty();
  auto const pause = options_.timing.interval / (parked ? looks_per_interval : 1);
  auto const until = std::min(Clock::now() + pause, std::max(next_cycle_, Clock::now()));
  std::unique_lock lock(mutex_);
  while (!stopping_ && !woken_ && Clock::now() < until) {
    if (!line_) {
      waking_.wait_until(lock, until);
      continue;
    }
    // The connection to Redis lives on this thread's loop.
    lock.unlock();
    line_->turn(turn_max);
    lock.lock();
  }
  if (woken_) next_cycle_ = {};
  woken_ = false;
  return !stopping_;
}

Keeper::Keeper(KeeperOptions options, std::shared_ptr<Standing> standing,
               std::shared_ptr<MemoryEntries> memory, std::shared_ptr<RedisForm> redis,
               log::Logger& log, metrics::Registry& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(standing), std::move(memory),
                                   std::move(redis), log, metrics)) {}

Keeper::~Keeper() {
  stop();
}

void Keeper::start() {
  impl_->start();
}

void Keeper::stop() {
  impl_->stop();
}

void Keeper::announce(std::string address) {
  impl_->announce(std::move(address));
}

std::string Keeper::problem() const {
  return impl_->problem();
}

}  // namespace throughline::cache
