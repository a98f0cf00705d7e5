// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <charconv>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>  // before Asio, which forgets it

#include "platform/cache/standing.hpp"
#include "platform/cache/store.hpp"
#include "throughline/platform/cache_protocol.hpp"
#include "throughline/platform/log.hpp"

namespace throughline::cache {

namespace {

constexpr std::chrono::milliseconds pause{200};
constexpr std::chrono::milliseconds answer_timeout{500};
/// An instance that has not been heard of for so long is not asked.
constexpr std::chrono::milliseconds heard_of_max{30'000};
constexpr std::chrono::milliseconds addresses_kept{2000};

/// The version that the instance there would show; nullopt if it would ask PostgreSQL, or does not
/// answer.
std::optional<std::int64_t> shown_at(std::string const& address, postgres::Touched const& root) {
  auto const colon = address.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  auto host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::asio::ip::tcp::iostream stream;
  stream.expires_after(answer_timeout);
  stream.connect(host, address.substr(colon + 1));
  stream << "GET /cached/" << root.tenant.value << "/" << root.root.str()
         << " HTTP/1.1\r\nHost: " << address << "\r\nConnection: close\r\n\r\n"
         << std::flush;
  std::string const answer{std::istreambuf_iterator<char>(stream), {}};
  auto const body = answer.find("\r\n\r\n");
  if (!answer.starts_with("HTTP/1.1 200") || body == std::string::npos) return std::nullopt;
  std::int64_t version = 0;
  auto const* const begin = answer.data() + body + 4;
  auto const [end, problem] = std::from_chars(begin, answer.data() + answer.size(), version);
  if (problem != std::errc{}) return std::nullopt;
  return version;
}

}  // namespace

class Sampler::Impl {
 public:
  Impl(postgres::PoolOptions database, std::shared_ptr<Standing> standing, log::Logger& log,
       metrics::Registry& metrics)
      : database_(std::move(database)),
        standing_(std::move(standing)),
        log_(log),
        stale_(metrics.counter("throughline_stale_reads_total",
                               "Samples in which an instance showed less than an answered write. "
                               "Must stay 0.")),
        sampled_(metrics.counter("throughline_sampled_reads_total",
                                 "Documents that instances would have shown, when sampled.")) {
    standing_->sample(true);
    thread_ = std::thread([this] { run(); });
  }
  ~Impl() {
    standing_->sample(false);
    {
      std::lock_guard const lock(mutex_);
      stopping_ = true;
    }
    waking_.notify_all();
    thread_.join();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!waking_.wait_for(lock, pause, [this] { return stopping_; })) {
      lock.unlock();
      try {
        step();
      } catch (std::exception const&) {
        session_.reset();  // PostgreSQL is away; there is nothing to compare with
      }
      lock.lock();
    }
  }

  void step() {
    auto const answered = standing_->take_samples();
    if (answered.empty()) return;
    for (auto const& address : addresses()) {
      for (auto const& root : answered) compare(address, root);
    }
  }

  std::vector<std::string> const& addresses() {
    auto const now = std::chrono::steady_clock::now();
    if (now < next_look_) return addresses_;
    if (!session_) session_.emplace(database_, heard_of_max);
    addresses_ = store::addresses(*session_, heard_of_max);
    next_look_ = now + addresses_kept;
    return addresses_;
  }

  void compare(std::string const& address, postgres::Touched const& root) {
    auto const shown = shown_at(address, root);
    if (!shown) return;
    sampled_.add();
    if (*shown >= root.version) return;
    stale_.add();
    log_.error("stale_read", {{"instance", address},
                              {"tenant", std::int64_t{root.tenant.value}},
                              {"customer", root.root.str()},
                              {"answered", root.version},
                              {"shown", *shown}});
  }

  postgres::PoolOptions const database_;
  std::shared_ptr<Standing> const standing_;
  log::Logger& log_;
  metrics::Counter stale_, sampled_;
  // Of the sampler's thread.
  std::optional<postgres::Session> session_;
  std::vector<std::string> addresses_;
  std::chrono::steady_clock::time_point next_look_{};
  std::mutex mutex_;
  std::condition_variable waking_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

Sampler::Sampler(postgres::PoolOptions database, std::shared_ptr<Standing> standing,
                 log::Logger& log, metrics::Registry& metrics)
    : impl_(std::make_unique<Impl>(std::move(database), std::move(standing), log, metrics)) {}

Sampler::~Sampler() = default;

}  // namespace throughline::cache
