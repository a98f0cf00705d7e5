// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <iterator>
#include <random>
#include <utility>  // before Asio, which forgets it

#include "platform/redis/link.hpp"
#include "platform/redis/url.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/redis.hpp"

namespace throughline::redis {

namespace asio = boost::asio;

namespace {

/// The value of one line of INFO, "name:value"; empty if it is not there.
std::string info_value(std::string const& info, std::string const& name) {
  auto const line = info.find("\n" + name + ":");
  if (line == std::string::npos) return {};
  auto const begin = line + name.size() + 2;
  return info.substr(begin, info.find_first_of("\r\n", begin) - begin);
}

/// hiredis writes with write(2), which has no other way to spare the process this signal. A handler
/// that the program has set stays.
void ignore_broken_pipes() {
  struct sigaction action {};
  ::sigaction(SIGPIPE, nullptr, &action);
  if (action.sa_handler == SIG_DFL) std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

/// connecting → handshake → up → lost → backoff → connecting …, until closed.
struct Client::Impl : std::enable_shared_from_this<Client::Impl> {
  Impl(asio::io_context& event_loop, Options given, log::Logger& logger)
      : loop(event_loop),
        options(std::move(given)),
        url(parse_url(options.url)),
        log(logger),
        resolver(loop),
        phase_timer(loop),
        deadline_timer(loop),
        random(std::random_device{}()) {}

  void start();
  void open(std::string const& address);
  void shake_hands();
  void shaken(Reply reply, bool last);
  void give_up(std::string const& why);
  void lost(std::string const& why);
  void retry_later();
  void tell(bool is_up);
  void command(std::vector<std::string> const& words, Callback done);
  void watch_deadline();
  void close();
  bool usable() const { return up && link && link->alive(); }

  asio::io_context& loop;
  Options const options;
  Url const url;
  log::Logger& log;

  std::shared_ptr<Link> link;  // null between losing one and opening the next
  bool up = false;
  bool closed = false;
  std::string run_id;
  std::vector<std::function<void(bool)>> listeners;
  std::string channel;  // of a Listener, which sends no commands; otherwise empty
  Listener::Heard heard;

  asio::ip::tcp::resolver resolver;
  asio::steady_timer phase_timer;     // ends connecting, or the backoff
  asio::steady_timer deadline_timer;  // of the oldest command
  bool deadline_watched = false;
  std::uint64_t attempt = 0;   // tells what an abandoned attempt left behind from the current one
  std::uint32_t failures = 0;  // since the connection was last up
  std::minstd_rand random;
};

void Client::Impl::start() {
  if (closed) return;
  auto const mine = ++attempt;
  phase_timer.expires_after(options.connect_timeout);
  phase_timer.async_wait([self = shared_from_this(), mine](auto const& problem) {
    if (problem || self->up || mine != self->attempt) return;
    self->give_up("no connection within the time allowed");
  });
  boost::system::error_code not_numeric;
  auto const address = asio::ip::make_address(url.host, not_numeric);
  if (!not_numeric) return open(address.to_string());
  // hiredis would look the name up itself and hold up the loop meanwhile.
  resolver.async_resolve(
      url.host, std::to_string(url.port),
      [self = shared_from_this(), mine](auto const& problem, auto const& found) {
        if (self->closed || mine != self->attempt) return;
        if (problem) return self->give_up(problem.message());
        // A name with several addresses is tried one address an attempt.
        auto const nth = static_cast<std::ptrdiff_t>(self->failures % found.size());
        self->open(std::next(found.begin(), nth)->endpoint().address().to_string());
      });
}

void Client::Impl::open(std::string const& address) {
  std::weak_ptr<Impl> const weak = weak_from_this();
  link = std::make_shared<Link>(
      loop, log,
      [weak] {
        if (auto const self = weak.lock()) self->shake_hands();
      },
      [weak](std::string const& why) {
        if (auto const self = weak.lock()) self->lost(why);
      });
  if (auto const why = link->connect(address, url.port)) lost(*why);
}

/// Everything in one pipeline; the connection is up when the last of it has succeeded.
void Client::Impl::shake_hands() {
  std::vector<std::vector<std::string>> commands;
  if (!url.user.empty()) {
    commands.push_back({"AUTH", url.user, url.password});
  } else if (!url.password.empty()) {
    commands.push_back({"AUTH", url.password});
  }
  if (url.database != 0) commands.push_back({"SELECT", std::to_string(url.database)});
  commands.insert(commands.end(), options.on_connect.begin(), options.on_connect.end());
  commands.push_back({"INFO", "server"});  // the last to be answered: with it the handshake is over
  for (std::size_t i = 0; i < commands.size(); ++i) {
    bool const last = i + 1 == commands.size();
    Callback done = [self = shared_from_this(), last](Reply reply) {
      self->shaken(std::move(reply), last);
    };
    // The handshake as a whole has the connect timeout, so its commands need no deadline.
    link->send(commands[i], Link::Clock::time_point::max(), done);
  }
}

void Client::Impl::shaken(Reply reply, bool last) {
  if (!link || !link->alive()) return;
  if (reply.kind == Reply::Kind::error) return link->shut(reply.text);
  if (!last) return;
  run_id = info_value(reply.text, "run_id");
  if (run_id.empty()) return link->shut("INFO names no run_id");
  phase_timer.cancel();
  failures = 0;
  up = true;
  if (!channel.empty()) link->listen(channel, heard);
  log.info("redis_up");
  tell(true);
}

void Client::Impl::give_up(std::string const& why) {
  if (link) return link->shut(why);
  lost(why);
}

void Client::Impl::lost(std::string const& why) {
  bool const was_up = std::exchange(up, false);
  link.reset();
  ++attempt;
  deadline_timer.cancel();
  phase_timer.cancel();
  if (!closed) {
    // Once per outage: a Redis that stays away would fill the log.
    if (failures == 0) log.warning("redis_down", {{"why", why}});
    ++failures;
    retry_later();
  }
  if (was_up) tell(false);
}

void Client::Impl::retry_later() {
  auto const doublings = std::min(failures - 1, 16U);
  auto const longest = std::min(options.backoff_max, options.backoff_first * (1U << doublings));
  // Up to half of it is left to chance, so that instances do not all come back at once.
  std::uniform_real_distribution<double> share(0.5, 1.0);
  std::chrono::duration<double, std::milli> const delay = longest * share(random);
  phase_timer.expires_after(std::chrono::ceil<std::chrono::microseconds>(delay));
  phase_timer.async_wait([self = shared_from_this()](auto const& problem) {
    if (!problem) self->start();
  });
}

void Client::Impl::tell(bool is_up) {
  for (auto const& listener : listeners) listener(is_up);
}

void Client::Impl::command(std::vector<std::string> const& words, Callback done) {
  bool const sent = usable() && link->in_flight() < options.in_flight_max &&
                    link->send(words, Link::Clock::now() + options.command_timeout, done);
  if (sent) return watch_deadline();
  // Never within the call itself, so that callers meet one order of events only.
  asio::post(loop, [done = std::move(done)] {
    Reply reply;
    reply.kind = Reply::Kind::unavailable;
    done(std::move(reply));
  });
}

/// One timer for all: every command may wait equally long, so the oldest is the first to be late.
void Client::Impl::watch_deadline() {
  if (deadline_watched || !usable() || link->in_flight() == 0) return;
  deadline_watched = true;
  deadline_timer.expires_at(link->oldest_deadline());
  deadline_timer.async_wait([self = shared_from_this()](auto const&) {
    self->deadline_watched = false;
    if (!self->usable() || self->link->in_flight() == 0) return;
    if (self->link->oldest_deadline() > Link::Clock::now()) return self->watch_deadline();
    self->link->shut("a command was not answered within the time allowed");
  });
}

void Client::Impl::close() {
  if (std::exchange(closed, true)) return;
  resolver.cancel();
  phase_timer.cancel();
  deadline_timer.cancel();
  if (link) link->shut("closed");
}

Client::Client(asio::io_context& loop, Options options, log::Logger& log)
    : impl_(std::make_shared<Impl>(loop, std::move(options), log)) {
  ignore_broken_pipes();
  asio::post(loop, [impl = impl_] { impl->start(); });
}

Client::~Client() {
  impl_->listeners.clear();
  impl_->close();
}

void Client::command(std::vector<std::string> const& words, Callback done) {
  impl_->command(words, std::move(done));
}
bool Client::connected() const {
  return impl_->usable();
}
std::string const& Client::run_id() const {
  return impl_->run_id;
}
void Client::on_state(std::function<void(bool)> listener) {
  impl_->listeners.push_back(std::move(listener));
}
void Client::close() {
  impl_->close();
}

// The loop has not turned yet, or turns on this thread: the connection is still to be opened.
Listener::Listener(asio::io_context& loop, Options options, std::string channel, Heard heard,
                   log::Logger& log)
    : client_(loop, std::move(options), log) {
  client_.impl_->channel = std::move(channel);
  client_.impl_->heard = std::move(heard);
}

}  // namespace throughline::redis
