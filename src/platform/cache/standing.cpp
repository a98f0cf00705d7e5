// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/standing.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <set>

#include "throughline/base/broken.hpp"

namespace throughline::cache {

namespace asio = boost::asio;

struct Standing::Parked {
  Parked(asio::io_context& on, store::CommitName called, Done then)
      : loop(on), timer(on), name(called), done(std::move(then)) {}

  asio::io_context& loop;
  asio::steady_timer timer;
  store::CommitName const name;
  std::uint64_t number = 0;
  Done done;  // empty once called
};

namespace {

constexpr std::size_t samples_max = 8;

constexpr char const* settled_help = "Parked answers, by what became of them.";

}  // namespace

Standing::Standing(Timing given, metrics::Registry& metrics)
    : timing(given),
      lease(given.trust),
      gauge_(metrics.gauge("throughline_cache_parked_answers",
                           "Committed writes that wait until no cache can contradict them.")),
      settled_(metrics.counter("throughline_cache_parked_total", settled_help,
                               {{"outcome", "answered"}})),
      refused_(metrics.counter("throughline_cache_parked_total", settled_help,
                               {{"outcome", "refused"}})) {}

void Standing::park(asio::io_context& loop, store::CommitName name, Clock::time_point lapse,
                    Clock::time_point patience, Done done) {
  if (is_broken("parking")) return asio::post(loop, [then = std::move(done)] { then(true); });
  auto const parked = std::make_shared<Parked>(loop, name, std::move(done));
  std::function<void()> wake;
  {
    std::lock_guard const lock(mutex_);
    if (parked_.size() < parked_max) {
      if (parked_.empty()) wake = wake_;
      parked->number = ++next_;
      parked_.emplace(parked->number, parked);
      gauge_.set(static_cast<double>(parked_.size()));
    }
  }
  if (parked->number == 0) {
    refused_.add();
    return asio::post(loop, [parked] { parked->done(false); });
  }
  if (wake) wake();
  parked->timer.expires_at(std::min(lapse, patience));
  parked->timer.async_wait([this, parked, lapse](auto const& problem) {
    if (problem) return;
    finish(parked, Clock::now() >= lapse && lease.holds());
  });
}

void Standing::finish(ParkedPtr const& parked, bool settled) {
  auto const done = std::exchange(parked->done, nullptr);
  if (!done) return;
  parked->timer.cancel();
  {
    std::lock_guard const lock(mutex_);
    parked_.erase(parked->number);
    gauge_.set(static_cast<double>(parked_.size()));
  }
  (settled ? settled_ : refused_).add();
  done(settled);
}

std::vector<store::CommitName> Standing::waiting() const {
  std::lock_guard const lock(mutex_);
  std::vector<store::CommitName> names;
  for (auto const& [number, parked] : parked_) names.push_back(parked->name);
  return names;
}

void Standing::let_go(std::span<Uuid const> ids) {
  std::set<Uuid> const free(ids.begin(), ids.end());
  std::lock_guard const lock(mutex_);
  for (auto const& [number, parked] : parked_) {
    if (!free.contains(parked->name.id)) continue;
    asio::post(parked->loop, [this, parked] { finish(parked, true); });
  }
}

void Standing::let_all_go() {
  std::lock_guard const lock(mutex_);
  for (auto const& [number, parked] : parked_) {
    asio::post(parked->loop, [this, parked] { finish(parked, true); });
  }
}

void Standing::on_waiting(std::function<void()> wake) {
  std::lock_guard const lock(mutex_);
  wake_ = std::move(wake);
}

void Standing::note_answered(std::span<postgres::Touched const> roots) {
  if (!sampling_.load(std::memory_order_relaxed)) return;
  std::unique_lock const lock(mutex_, std::try_to_lock);
  if (!lock || samples_.size() >= samples_max) return;
  samples_.insert(samples_.end(), roots.begin(),
                  roots.begin() + static_cast<std::ptrdiff_t>(std::min(roots.size(), samples_max)));
}

std::vector<postgres::Touched> Standing::take_samples() {
  std::lock_guard const lock(mutex_);
  return std::exchange(samples_, {});
}

void Standing::say(std::string word) {
  std::lock_guard const lock(mutex_);
  said_ = std::move(word);
}

std::string Standing::said() const {
  std::lock_guard const lock(mutex_);
  return said_;
}

bool holds_lease(Standing const& standing) {
  return standing.lease.holds();
}

std::shared_ptr<Standing> make_standing(Timing timing, metrics::Registry& metrics) {
  return std::make_shared<Standing>(timing, metrics);
}

}  // namespace throughline::cache
