// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>  // before Asio, which forgets it
#include <vector>

#include "platform/cache/packing.hpp"
#include "platform/cache/redis_form.hpp"
#include "throughline/platform/cache.hpp"
#include "throughline/platform/redis.hpp"

namespace throughline::cache {

namespace {

/// Keys that one call to Redis may carry: it runs to its end before Redis does anything else.
constexpr std::size_t keys_per_call_max = 64;
constexpr std::size_t replayed_per_call_max = 512;
/// How often it is looked whether there are invalidations to be delivered.
constexpr std::chrono::milliseconds replay_interval{100};
/// Enough of a run_id to tell processes apart.
constexpr std::size_t run_id_characters = 16;

using Kind = redis::Reply::Kind;

class RedisStore final : public Store, public std::enable_shared_from_this<RedisStore> {
 public:
  RedisStore(boost::asio::io_context& loop, redis::Client& client, std::shared_ptr<RedisForm> form)
      : loop_(loop), client_(client), form_(std::move(form)), replay_timer_(loop) {}

  /// What the constructor can't, for want of a shared_ptr to itself.
  void start();

  void get(Key const& key, std::function<void(Found)> done) override;
  DocumentPtr at_hand(Key const&) override { return nullptr; }  // Redis is asked each time
  void fill(Key const& key, std::string const& token, DocumentPtr document) override;
  void invalidate(std::span<postgres::Touched const> roots,
                  std::function<void(bool)> done) override;
  std::string degraded() const override;

 private:
  struct Asked {
    Key key;
    DocumentPtr held;
    std::function<void(Found)> done;
  };

  void ask_all();
  void answer(Asked const& asked, std::string const& token, redis::Reply& reply);
  void finish(Asked const& asked, Found found);
  void tell(std::vector<postgres::Touched> roots, std::function<void(bool)> done);
  void replay();
  void replay_at_intervals();
  void heal(redis::Reply const& reply);
  std::string name(Key const& key) const;

  boost::asio::io_context& loop_;
  redis::Client& client_;
  std::shared_ptr<RedisForm> const form_;
  boost::asio::steady_timer replay_timer_;
  std::vector<Asked> asked_;  // in this turn of the loop
  bool replaying_ = false;
  bool loading_ = false;  // the library, because Redis has forgotten it
};

void RedisStore::start() {
  client_.on_state([weak = weak_from_this()](bool up) {
    auto const self = weak.lock();
    if (self && up) self->replay();
  });
  replay_at_intervals();
}

/// The run_id stands where the epoch will: what an earlier process of Redis left behind (a snapshot
/// that was loaded again, a replica that took over) is never looked at.
std::string RedisStore::name(Key const& key) const {
  std::string text = "throughline:";
  text.append(client_.run_id(), 0, run_id_characters);
  text += ':';
  text += std::to_string(key.tenant.value);
  text += ':';
  text += key.root.str();
  text += ':';
  text += std::to_string(form_->options.document_schema);
  return text;
}

void RedisStore::get(Key const& key, std::function<void(Found)> done) {
  if (!client_.connected() || !form_->pending.none()) {
    form_->meters.away.add();
    return done({Found::Kind::away, nullptr, {}});
  }
  asked_.push_back({key, form_->copy_of(key), std::move(done)});
  if (asked_.size() == keys_per_call_max) return ask_all();
  if (asked_.size() > 1) return;
  boost::asio::post(loop_, [self = shared_from_this()] { self->ask_all(); });
}

void RedisStore::ask_all() {
  if (asked_.empty()) return;  // a full call has left before the turn was over
  auto all = std::make_shared<std::vector<Asked>>(std::exchange(asked_, {}));
  auto token = form_->make_token();
  std::vector<std::string> words{"FCALL", form_->functions.get, std::to_string(all->size())};
  for (auto const& asked : *all) words.push_back(name(asked.key));
  words.push_back(token);
  words.push_back(std::to_string(form_->options.lease.count()));
  for (auto const& asked : *all) {
    words.push_back(asked.held ? std::to_string(asked.held->version) : std::string());
  }
  client_.command(words, [self = shared_from_this(), all, token](redis::Reply reply) {
    if (!reply.ok()) self->heal(reply);
    bool const whole = reply.kind == Kind::list && reply.items.size() == all->size();
    for (std::size_t i = 0; i < all->size(); ++i) {
      if (whole) {
        self->answer((*all)[i], token, reply.items[i]);
      } else {
        self->finish((*all)[i], {Found::Kind::away, nullptr, {}});
      }
    }
  });
}

void RedisStore::answer(Asked const& asked, std::string const& token, redis::Reply& reply) {
  if (reply.kind == Kind::text && asked.held) {
    return finish(asked, {Found::Kind::hit, asked.held, {}});
  }
  if (reply.kind == Kind::integer) {
    bool const leased = reply.integer == 1;
    return finish(asked, leased ? Found{Found::Kind::lease, nullptr, token}
                                : Found{Found::Kind::busy, nullptr, {}});
  }
  auto& items = reply.items;
  auto const document =
      items.size() == 3 ? unpack(items[0].text, items[1].text, std::move(items[2].text)) : nullptr;
  if (!document) return finish(asked, {Found::Kind::away, nullptr, {}});
  form_->keep_copy(asked.key, document);
  finish(asked, {Found::Kind::hit, document, {}});
}

void RedisStore::finish(Asked const& asked, Found found) {
  switch (found.kind) {
    case Found::Kind::hit:
      form_->meters.hits.add();
      break;
    case Found::Kind::lease:
      form_->meters.misses.add();
      break;
    case Found::Kind::busy:
      form_->meters.busy.add();
      break;
    case Found::Kind::away:
      form_->meters.away.add();
      break;
  }
  asked.done(std::move(found));
}

void RedisStore::fill(Key const& key, std::string const& token, DocumentPtr document) {
  form_->keep_copy(key, document);
  client_.command(
      {"FCALL", form_->functions.fill, "1", name(key), token, std::to_string(document->version),
       pack(*document), document->body, std::to_string(form_->options.entry_ttl.count())},
      [self = shared_from_this()](redis::Reply reply) {
        bool const kept = reply.kind == Kind::integer && reply.integer == 1;
        (kept ? self->form_->meters.kept : self->form_->meters.refused).add();
        if (!reply.ok()) self->heal(reply);
      });
}

void RedisStore::invalidate(std::span<postgres::Touched const> roots,
                            std::function<void(bool)> done) {
  if (roots.empty()) return done(true);
  form_->meters.invalidations.add(static_cast<double>(roots.size()));
  std::vector<postgres::Touched> all(roots.begin(), roots.end());
  tell(all, [self = shared_from_this(), all, done = std::move(done)](bool told) {
    // Kept before the writer hears of it: no read that begins after its answer trusts Redis.
    if (!told) self->form_->pending.add(all);
    done(told);
  });
}

void RedisStore::tell(std::vector<postgres::Touched> roots, std::function<void(bool)> done) {
  std::vector<std::string> words{"FCALL", form_->functions.invalidate,
                                 std::to_string(roots.size())};
  for (auto const& root : roots) words.push_back(name({root.tenant, root.root}));
  words.push_back(std::to_string(form_->options.lease.count()));
  for (auto const& root : roots) words.push_back(std::to_string(root.version));
  client_.command(words, [self = shared_from_this(), done = std::move(done)](redis::Reply reply) {
    if (!reply.ok()) self->heal(reply);
    done(reply.ok());
  });
}

void RedisStore::replay() {
  if (replaying_ || !client_.connected()) return;
  auto roots = form_->pending.some(replayed_per_call_max);
  if (roots.empty()) return;
  replaying_ = true;
  tell(roots, [self = shared_from_this(), roots](bool told) {
    self->replaying_ = false;
    if (!told) return;  // again at the next interval
    self->form_->pending.delivered(roots);
    self->replay();
  });
}

/// Every store looks, because the one whose connection failed may be the last to get it back.
void RedisStore::replay_at_intervals() {
  replay_timer_.expires_after(replay_interval);
  replay_timer_.async_wait([weak = weak_from_this()](auto const& problem) {
    auto const self = weak.lock();
    if (problem || !self) return;
    if (self->form_->pending.size() != 0) self->replay();
    self->replay_at_intervals();
  });
}

/// A Redis can lose its functions without losing the connection (FUNCTION FLUSH).
void RedisStore::heal(redis::Reply const& reply) {
  if (loading_ || reply.text.find("Function not found") == std::string::npos) return;
  loading_ = true;
  client_.command({"FUNCTION", "LOAD", "REPLACE", form_->functions.library},
                  [self = shared_from_this()](redis::Reply answer) {
                    self->loading_ = false;
                    if (answer.ok()) self->replay();
                  });
}

std::string RedisStore::degraded() const {
  if (!client_.connected()) return "redis is out of reach";
  if (auto const left = form_->pending.size(); left != 0) {
    return "redis has not been told of " + std::to_string(left) + " changed customers yet";
  }
  if (auto const left = form_->pending.distrust_left(); left.count() > 0) {
    return "redis missed changes and is not trusted for another " +
           std::to_string(std::chrono::ceil<std::chrono::seconds>(left).count()) + " s";
  }
  return {};
}

}  // namespace

std::shared_ptr<Store> make_redis_store(boost::asio::io_context& loop, redis::Client& client,
                                        std::shared_ptr<RedisForm> form) {
  auto const store = std::make_shared<RedisStore>(loop, client, std::move(form));
  store->start();
  return store;
}

}  // namespace throughline::cache
