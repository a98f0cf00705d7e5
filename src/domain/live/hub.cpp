// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The hub's thread: who arrives, whose key holds, what is new, who has left.
#include <algorithm>
#include <exception>
#include <set>
#include <thread>
#include <unordered_map>
#include <utility>

#include "domain/live/tenant_feed.hpp"
#include "domain/live/tickets.hpp"
#include "throughline/domain/live.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::live {

namespace {

using std::chrono::milliseconds;
using Moment = std::chrono::steady_clock;

constexpr milliseconds idle_interval{1000};  // while nobody listens
constexpr milliseconds housekeeping_interval{100};
// All is read so often, by the look that comes then, although nothing tells of news.
constexpr milliseconds unasked_interval{250};
constexpr milliseconds pause_after_failure{100};

/// Whether so much has passed since; then it begins anew.
bool is_due(Moment::time_point& since, milliseconds interval) {
  auto const now = Moment::now();
  if (now - since < interval) return false;
  since = now;
  return true;
}

}  // namespace

struct Hub::Impl {
  Impl(Parts const& parts, Limits const& limits)
      : parts_(parts),
        limits_(limits),
        admission_(limits, parts.metrics),
        delivery_(admission_, parts.metrics),
        common_{parts.pool, parts.clock, *horizon_, delivery_, limits_},
        thread_([this] { run(); }) {
    parts.metrics.on_render(
        [horizon = horizon_,
         gauge = parts.metrics.gauge(
             "throughline_live_trails_seconds",
             "By how much live streams trailed when the feed was last read.")]() mutable {
          gauge.set(std::chrono::duration<double>(horizon->trails()).count());
        });
  }

  void stop();
  void run();
  void turn(Admission::Arrivals const& arrived);
  void let_in(std::vector<SubscriberPtr> const& arrived);
  void redeem(std::vector<SubscriberPtr> const& holders);
  void welcome(SubscriberPtr const& subscriber);
  void tell_listened();
  void look_at_keys();
  bool restless() const;
  milliseconds patience() const;
  void space_out();
  bool has_news();
  bool read_on();
  void keep_house();

  Parts const parts_;
  Limits const limits_;
  std::shared_ptr<changes::Horizon> const horizon_ = std::make_shared<changes::Horizon>();
  Admission admission_;
  Delivery delivery_;
  Common const common_;

  // Of the thread:
  std::unordered_map<TenantId, TenantFeed> feeds_;
  std::int64_t drawn_ = 0;       // as of the latest look
  std::int64_t settled_by_ = 0;  // once transactions below have ended, it is all to be seen
  bool unsettled_ = false;
  bool more_ = false;  // to be done at once
  bool failing_ = false;
  Moment::time_point woken_at_;
  Moment::time_point looked_at_;
  Moment::time_point read_at_;
  Moment::time_point kept_at_;
  Moment::time_point keys_asked_at_;
  Moment::time_point keys_confirmed_at_;
  std::thread thread_;  // last: it uses all of the above
};

void Hub::Impl::stop() {
  admission_.stop();
  if (thread_.joinable()) thread_.join();
}

void Hub::Impl::run() {
  for (;;) {
    auto const arrived = admission_.arrivals(patience());
    if (!arrived) break;
    if (arrived->woken) space_out();
    try {
      turn(*arrived);
      failing_ = false;
    } catch (std::exception const& failure) {
      if (!failing_) parts_.log.warning("live_not_read", {{"reason", failure.what()}});
      failing_ = true;
      for (auto& [tenant, feed] : feeds_) feed.refuse_joining();
    }
  }
  for (auto& [tenant, feed] : feeds_) feed.cut_all(wire::Cut::draining);
}

/// Whether something is known to be coming, or to wait.
bool Hub::Impl::restless() const {
  return unsettled_ || std::any_of(feeds_.begin(), feeds_.end(),
                                   [](auto const& item) { return item.second.restless(); });
}

/// How long to wait for who arrives and for what wakes.
milliseconds Hub::Impl::patience() const {
  if (failing_) return pause_after_failure;
  if (more_) return milliseconds{0};
  if (feeds_.empty()) return idle_interval;
  return restless() ? settling_interval : std::min(limits_.look_interval, housekeeping_interval);
}

/// Under a load of writes one look shows what many of them have committed.
void Hub::Impl::space_out() {
  std::this_thread::sleep_until(woken_at_ + wake_spacing);
  woken_at_ = Moment::now();
}

void Hub::Impl::turn(Admission::Arrivals const& arrived) {
  bool const asked = std::exchange(more_, false) || arrived.woken;
  let_in(arrived.subscribers);
  if (is_due(kept_at_, housekeeping_interval)) keep_house();
  if (feeds_.empty()) return;
  if (is_due(keys_asked_at_, key_interval)) look_at_keys();
  if (Moment::now() - keys_confirmed_at_ >= key_trusted_for) return;
  if (!asked && !restless() && Moment::now() - looked_at_ < limits_.look_interval) return;
  looked_at_ = Moment::now();
  more_ = read_on();
}

void Hub::Impl::let_in(std::vector<SubscriberPtr> const& arrived) {
  std::vector<SubscriberPtr> holders;
  for (auto const& subscriber : arrived) {
    if (subscriber->ticket) holders.push_back(subscriber);
  }
  for (auto const& subscriber : arrived) {
    if (!subscriber->ticket) welcome(subscriber);
  }
  if (!holders.empty()) redeem(holders);
}

void Hub::Impl::redeem(std::vector<SubscriberPtr> const& holders) {
  std::vector<Refused> refused;
  try {
    auto const now = parts_.clock.now();
    parts_.service_pool.transact(postgres::Mode::write, TenantId{}, [&](postgres::Tx& tx) {
      refused = live::redeem(tx, now, holders);
    });
  } catch (std::exception const&) {
    Error const away(Code::unavailable, "The ticket can't be looked up right now.");
    for (auto const& holder : holders) delivery_.refuse(*holder, away);
    throw;
  }
  std::set<SubscriberPtr> out;
  for (auto const& [holder, error] : refused) {
    delivery_.refuse(*holder, error);
    out.insert(holder);
  }
  for (auto const& holder : holders) {
    if (out.contains(holder)) continue;
    try {
      admission_.count_key(*holder);
    } catch (Error const& error) {
      delivery_.refuse(*holder, error);
      continue;
    }
    welcome(holder);
  }
}

void Hub::Impl::welcome(SubscriberPtr const& subscriber) {
  try {
    if (subscriber->interest.empty()) {
      throw Error({FieldError{"?customer_ids", "Name customers, queues, or both."}});
    }
    if (auto const& cursor = subscriber->last_event_id) {
      subscriber->resume = changes::position_of(subscriber->tenant, *cursor);
      if (!subscriber->resume) {
        throw Error({FieldError{std::string(subscriber->last_event_id_from),
                                "Give the id of an event of this stream, for the same tenant."}});
      }
    }
  } catch (Error const& error) {
    return delivery_.refuse(*subscriber, error);
  }
  auto const [feed, is_new] = feeds_.try_emplace(subscriber->tenant, subscriber->tenant, common_);
  if (is_new) tell_listened();
  feed->second.join(subscriber);
}

void Hub::Impl::tell_listened() {
  std::set<TenantId> tenants;
  for (auto const& [tenant, feed] : feeds_) tenants.insert(tenant);
  admission_.listened(std::move(tenants));
}

void Hub::Impl::look_at_keys() {
  std::set<KeyId> keys;
  for (auto const& [tenant, feed] : feeds_) keys.merge(feed.keys());
  auto const asked_at = Moment::now();
  std::map<KeyId, Scopes> standing;
  std::vector<KeyId> const asked(keys.begin(), keys.end());
  parts_.service_pool.transact(postgres::Mode::read, TenantId{},
                               [&](postgres::Tx& tx) { standing = auth::standing(tx, asked); });
  for (auto& [tenant, feed] : feeds_) feed.cut_unless(standing);
  keys_confirmed_at_ = asked_at;
}

/// Whether a feed may show more than at the last look. Who has drawn a position may commit later,
/// so there may be news until all transactions of that time have ended.
bool Hub::Impl::has_news() {
  store::Pulse pulse;
  parts_.pool.transact(postgres::Mode::read, feeds_.begin()->first,
                       [&](postgres::Tx& tx) { pulse = store::pulse(tx); });
  if (pulse.drawn != drawn_) {
    drawn_ = pulse.drawn;
    settled_by_ = pulse.next_id;
    unsettled_ = true;
    return true;
  }
  bool const news = unsettled_;
  unsettled_ = unsettled_ && pulse.oldest_open < settled_by_;
  return news;
}

bool Hub::Impl::read_on() {
  bool const unasked = is_due(read_at_, unasked_interval);
  bool const news = has_news() || unasked;
  bool more = false;
  for (auto& [tenant, feed] : feeds_) more = feed.turn(news) || more;
  if (more) unsettled_ = true;
  return more;
}

void Hub::Impl::keep_house() {
  for (auto& [tenant, feed] : feeds_) {
    feed.remove_gone();
    feed.keep_alive();
  }
  if (std::erase_if(feeds_, [](auto const& item) { return item.second.empty(); }) > 0)
    tell_listened();
}

Hub::Hub(Parts const& parts, Limits const& limits) : impl_(std::make_unique<Impl>(parts, limits)) {}

Hub::~Hub() {
  stop();
}

void Hub::stop() {
  impl_->stop();
}

Limits const& Hub::limits() const {
  return impl_->limits_;
}

void Hub::wake(TenantId tenant) {
  impl_->admission_.wake(tenant);
}

void Hub::open(http::Call const& call, std::shared_ptr<http::Stream> stream) {
  auto const subscriber = std::make_shared<Subscriber>();
  auto const ticket = call.query("ticket");
  bool const has_key = call.actor().tenant != TenantId{};
  if (ticket && has_key) throw Error({FieldError{"?ticket", "Show a key or a ticket, not both."}});
  if (ticket) subscriber->ticket = hash_of_ticket(*ticket);
  subscriber->tenant = call.actor().tenant;
  subscriber->key = call.actor().key;
  subscriber->interest = wire::read_interest(call);
  auto const header = call.request().header("last-event-id");
  subscriber->last_event_id_from = header.empty() ? "?last_event_id" : "@Last-Event-ID";
  subscriber->last_event_id =
      header.empty() ? call.query("last_event_id") : std::optional(std::string(header));
  subscriber->stream = std::move(stream);
  impl_->admission_.admit(subscriber);
}

}  // namespace throughline::live
