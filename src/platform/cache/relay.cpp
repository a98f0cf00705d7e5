// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/relay.hpp"

#include <algorithm>
#include <charconv>

#include "throughline/base/broken.hpp"

namespace throughline::cache {

namespace {

/// Roots in one call: it runs to its end before Redis does anything else.
constexpr std::size_t roots_per_call_max = 512;
/// Roots in one cycle. More than that and telling would take longer than beginning anew.
constexpr std::size_t roots_per_cycle_max = 50'000;

using Kind = redis::Reply::Kind;

std::int64_t number(std::string const& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Relay::Relay(RedisForm& form, RedisLine& redis, Timing const& timing, log::Logger& log,
             metrics::Registry& metrics)
    : form_(form),
      redis_(redis),
      timing_(timing),
      log_(log),
      active_(metrics.gauge("throughline_cache_relay_active",
                            "1 on the instance whose turn it is to tell Redis of commits.")),
      epoch_(metrics.gauge("throughline_cache_epoch", "Of the authority, as the relay saw it.")),
      authority_(metrics.gauge("throughline_cache_authority_active",
                               "1 while a Redis process may be trusted, as the relay saw it.")),
      lag_(metrics.gauge("throughline_cache_applied_lag_seconds",
                         "Since a cycle of the active relay last told Redis of everything.")),
      granted_(metrics.counter("throughline_cache_relay_cycles_total", "Cycles of the relay.",
                               {{"result", "granted"}})),
      failed_(metrics.counter("throughline_cache_relay_cycles_total", "Cycles of the relay.",
                              {{"result", "failed"}})),
      relayed_(metrics.counter("throughline_cache_relayed_roots_total",
                               "Changed roots that the relay told Redis of.")) {}

void Relay::step(postgres::Session& session) {
  if (!has_turn_) {
    if (Clock::now() < rests_until_) return;
    // One that does not reach Redis takes a turn only to withdraw the trust that nobody renews.
    if (!store::take_turn(session, !redis_.up())) return;
    note_turn(true);
    last_good_ = Clock::now();
  }
  bool const good = cycle(session);
  (good ? granted_ : failed_).add();
  auto const now = Clock::now();
  if (good) last_good_ = now;
  lag_.set(std::chrono::duration<double>(now - last_good_).count());
  if (good || beginning_ || now - last_good_ < timing_.give_up) return;
  withdraw(session);
}

/// All of it, or no grant.
bool Relay::cycle(postgres::Session& session) {
  auto const time = redis_.call({"TIME"});
  if (time.kind != Kind::list || time.items.size() != 2) {
    beginning_.reset();
    return false;
  }
  auto unseen = store::read_unseen(session, roots_per_cycle_max);
  epoch_.set(static_cast<double>(unseen.epoch));
  authority_.set(unseen.active ? 1 : 0);
  bool const trusted = unseen.active && unseen.run_id == redis_.run_id() &&
                       unseen.roots.size() < roots_per_cycle_max;
  if (!trusted) {
    if (!is_ready(unseen)) return begin(session), false;
    if (Clock::now() < beginning_->ready) return false;
    bool const activated = store::activate(session, unseen.run_id, unseen.epoch);
    beginning_.reset();
    // The next cycle is the first that may grant: this one's snapshot is older than the activation.
    return activated && cycle(session);
  }
  if (!tell(unseen) || !grant(unseen, time.items[0].text, time.items[1].text)) return false;
  if (!unseen.roots.empty()) store::record_applied(session, unseen);
  return true;
}

/// Whether the authority is what this relay has begun, and nothing else came between.
bool Relay::is_ready(store::Unseen const& unseen) const {
  return beginning_ && !unseen.active && beginning_->run_id == redis_.run_id() &&
         unseen.run_id == beginning_->run_id && unseen.epoch == beginning_->epoch;
}

void Relay::begin(postgres::Session& session) {
  auto const began = store::begin_epoch(session, redis_.run_id());
  auto const lapse = is_broken("activation") ? std::chrono::milliseconds(0) : timing_.lapse;
  auto const left = std::max(lapse - began.inactive_for, std::chrono::milliseconds(0));
  beginning_ = Beginning{redis_.run_id(), began.epoch, Clock::now() + left};
  log_.info("cache_epoch_begins", {{"epoch", began.epoch}, {"redis_run_id", redis_.run_id()}});
}

bool Relay::tell(store::Unseen const& unseen) {
  if (is_broken("relay")) return true;
  auto const& roots = unseen.roots;
  for (std::size_t first = 0; first < roots.size(); first += roots_per_call_max) {
    auto const last = std::min(roots.size(), first + roots_per_call_max);
    std::vector<std::string> words{"FCALL", form_.functions.invalidate,
                                   std::to_string(last - first)};
    for (auto i = first; i < last; ++i) {
      words.push_back(entry_name(form_.database(), unseen.epoch, {roots[i].tenant, roots[i].root},
                                 form_.options.document_schema));
    }
    words.push_back(std::to_string(form_.options.lease.count()));
    for (auto i = first; i < last; ++i) words.push_back(std::to_string(roots[i].version));
    auto const reply = redis_.call(words);
    if (!reply.ok()) return heal(reply), false;
  }
  relayed_.add(static_cast<double>(roots.size()));
  return true;
}

bool Relay::grant(store::Unseen const& unseen, std::string const& seconds,
                  std::string const& microseconds) {
  auto const seq = number(seconds) * 1'000'000 + number(microseconds);
  auto const granted = redis_.call(
      {"FCALL", form_.functions.grant, "1", fence_name(form_.database()),
       write_fence({unseen.epoch, unseen.run_id, seq}), seconds, microseconds,
       std::to_string(timing_.grant_max.count()), std::to_string(timing_.trust.count())});
  if (!granted.ok()) heal(granted);
  return granted.kind == Kind::integer && granted.integer == 1;
}

/// A Redis can lose its functions without losing the connection (FUNCTION FLUSH).
void Relay::heal(redis::Reply const& reply) {
  if (reply.text.find("Function not found") == std::string::npos) return;
  redis_.call({"FUNCTION", "LOAD", "REPLACE", form_.functions.library});
}

/// Redis is out for everyone, until an instance that reaches it begins anew.
void Relay::withdraw(postgres::Session& session) {
  store::deactivate(session);
  log_.warning("cache_trust_withdrawn", {{"reason", "the relay does not reach Redis"}});
  rests_until_ = Clock::now() + timing_.give_up;  // others first, who may reach it
  leave(session);
}

void Relay::leave(postgres::Session& session) {
  if (!has_turn_) return;
  lost();
  store::give_turn(session);
}

void Relay::lost() {
  note_turn(false);
  beginning_.reset();
}

void Relay::note_turn(bool has) {
  has_turn_ = has;
  active_.set(has ? 1 : 0);
}

}  // namespace throughline::cache
