// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <utility>  // before Asio, which forgets it
#include <vector>

#include "platform/cache/fence.hpp"
#include "platform/cache/packing.hpp"
#include "platform/cache/redis_form.hpp"
#include "platform/cache/standing.hpp"
#include "throughline/base/broken.hpp"
#include "throughline/platform/cache.hpp"
#include "throughline/platform/redis.hpp"

namespace throughline::cache {

namespace {

/// Keys that one call to Redis may carry: it runs to its end before Redis does anything else.
constexpr std::size_t keys_per_call_max = 64;

using Kind = redis::Reply::Kind;
using Clock = std::chrono::steady_clock;

Found away() {
  return {Found::Kind::away, nullptr, {}};
}

/// A token says under which epoch it was given: what was read for it belongs there.
std::string with_epoch(std::int64_t epoch, std::string const& token) {
  return std::to_string(epoch) + "/" + token;
}
std::int64_t epoch_of(std::string_view token) {
  std::int64_t epoch = 0;
  std::from_chars(token.data(), token.data() + token.size(), epoch);
  return epoch;
}

class RedisStore final : public Store, public std::enable_shared_from_this<RedisStore> {
 public:
  RedisStore(boost::asio::io_context& loop, redis::Client& client, std::shared_ptr<RedisForm> form,
             std::shared_ptr<Standing> standing)
      : loop_(loop),
        client_(client),
        form_(std::move(form)),
        standing_(std::move(standing)),
        fence_(standing_->timing.trust),
        look_timer_(loop) {}

  /// What the constructor can't, for want of a shared_ptr to itself.
  void start();

  void get(Key const& key, std::function<void(Found)> done) override;
  DocumentPtr at_hand(Key const&) override { return nullptr; }  // Redis is asked each time
  void look(Key const& key, std::function<void(Found)> done) override;
  void fill(Key const& key, std::string const& token, DocumentPtr document) override;
  void settle(Commit commit, std::chrono::milliseconds wait,
              std::function<void(bool)> done) override;
  /// The relay finds the transaction if it takes effect.
  void doubt(std::span<postgres::Touched const>) override {}
  std::string degraded() const override;

 private:
  struct Asked {
    Key key;
    DocumentPtr held;
    std::function<void(Found)> done;
  };
  using AskedPtr = std::shared_ptr<std::vector<Asked>>;

  void ask_all();
  void ask(AskedPtr const& all, std::string const& token, std::function<void(redis::Reply)> then);
  void answer(AskedPtr const& all, std::string const& token, Fence::Moment until,
              redis::Reply reply);
  bool is_whole(AskedPtr const& all, std::string const& token, Fence::Moment until,
                redis::Reply const& reply) const;
  Found read(Asked const& asked, std::string const& token, redis::Reply& item);
  void count(Found::Kind kind);
  bool may_ask() const;
  bool is_authority(Commit const& commit) const;
  void tell(Commit const& commit, std::function<void(bool)> done);
  void park(Commit const& commit, Clock::time_point patience, std::function<void(bool)> done);
  void look_at_fence();
  void look_at_intervals();
  void heal(redis::Reply const& reply);

  boost::asio::io_context& loop_;
  redis::Client& client_;
  std::shared_ptr<RedisForm> const form_;
  std::shared_ptr<Standing> const standing_;
  Fence fence_;
  boost::asio::steady_timer look_timer_;
  std::string database_;       // empty until it is known
  std::vector<Asked> asked_;   // in this turn of the loop
  std::int64_t epoch_ = 0;     // that asked_ is asked under
  bool loading_ = false;       // the library, because Redis has forgotten it
};

void RedisStore::start() {
  client_.on_state([weak = weak_from_this()](bool up) {
    auto const self = weak.lock();
    if (!self) return;
    self->fence_.connected(up ? self->client_.run_id() : std::string());
    if (up) self->look_at_fence();
  });
  if (client_.connected()) fence_.connected(client_.run_id());
  look_at_intervals();
}

bool RedisStore::may_ask() const {
  return client_.connected() && fence_.trusted(Clock::now());
}

void RedisStore::get(Key const& key, std::function<void(Found)> done) {
  if (!may_ask()) {
    count(Found::Kind::away);
    return done(away());
  }
  if (fence_.epoch() != epoch_) ask_all();
  epoch_ = fence_.epoch();
  asked_.push_back({key, form_->copy_of(key, epoch_), std::move(done)});
  if (asked_.size() == keys_per_call_max) return ask_all();
  if (asked_.size() > 1) return;
  boost::asio::post(loop_, [self = shared_from_this()] { self->ask_all(); });
}

void RedisStore::ask_all() {
  if (asked_.empty()) return;  // a full call has left before the turn was over
  auto const all = std::make_shared<std::vector<Asked>>(std::exchange(asked_, {}));
  auto const token = with_epoch(epoch_, form_->make_token());
  auto const until = fence_.until();
  ask(all, token, [self = shared_from_this(), all, token, until](redis::Reply reply) {
    self->answer(all, token, until, std::move(reply));
  });
}

void RedisStore::ask(AskedPtr const& all, std::string const& token,
                     std::function<void(redis::Reply)> then) {
  auto const epoch = epoch_of(token);
  std::vector<std::string> words{"FCALL", form_->functions.get, std::to_string(all->size() + 1)};
  words.reserve(2 * all->size() + 6);
  words.push_back(fence_name(database_));
  for (auto const& asked : *all) {
    words.push_back(entry_name(database_, epoch, asked.key, form_->options.document_schema));
  }
  words.push_back(token.ends_with('/') ? std::string() : token);
  words.push_back(std::to_string(form_->options.lease.count()));
  for (auto const& asked : *all) {
    words.push_back(asked.held ? std::to_string(asked.held->version) : std::string());
  }
  client_.command(words, std::move(then));
}

void RedisStore::answer(AskedPtr const& all, std::string const& token, Fence::Moment until,
                        redis::Reply reply) {
  if (!reply.ok()) heal(reply);
  bool const whole = is_whole(all, token, until, reply);
  for (std::size_t i = 0; i < all->size(); ++i) {
    auto found = whole ? read((*all)[i], token, reply.items[i + 1]) : away();
    count(found.kind);
    (*all)[i].done(std::move(found));
  }
}

/// The fence that came with the answer was read before any entry: if it is the one that was
/// trusted, what was told of until then is in the entries.
bool RedisStore::is_whole(AskedPtr const& all, std::string const& token, Fence::Moment until,
                          redis::Reply const& reply) const {
  return reply.kind == Kind::list && reply.items.size() == all->size() + 1 &&
         fence_.vouches(reply.items[0].text) && fence_.epoch() == epoch_of(token) &&
         Clock::now() < until;
}

Found RedisStore::read(Asked const& asked, std::string const& token, redis::Reply& item) {
  if (item.kind == Kind::text && asked.held) return {Found::Kind::hit, asked.held, {}};
  if (item.kind == Kind::integer) {
    bool const leased = item.integer == 1;
    return leased ? Found{Found::Kind::lease, nullptr, token}
                  : Found{Found::Kind::busy, nullptr, {}};
  }
  auto& items = item.items;
  auto const document =
      items.size() == 3 ? unpack(items[0].text, items[1].text, std::move(items[2].text)) : nullptr;
  if (!document) return away();
  form_->keep_copy(asked.key, epoch_of(token), document);
  return {Found::Kind::hit, document, {}};
}

void RedisStore::count(Found::Kind kind) {
  switch (kind) {
    case Found::Kind::hit:
      return form_->meters.hits.add();
    case Found::Kind::lease:
      return form_->meters.misses.add();
    case Found::Kind::busy:
      return form_->meters.busy.add();
    case Found::Kind::away:
      return form_->meters.away.add();
  }
}

void RedisStore::look(Key const& key, std::function<void(Found)> done) {
  if (!may_ask()) return done(away());
  auto const epoch = fence_.epoch();
  auto const one = std::make_shared<std::vector<Asked>>();
  one->push_back({key, form_->copy_of(key, epoch), std::move(done)});
  auto const token = with_epoch(epoch, {});
  auto const until = fence_.until();
  ask(one, token, [self = shared_from_this(), one, token, until](redis::Reply reply) {
    bool const whole = self->is_whole(one, token, until, reply);
    (*one)[0].done(whole ? self->read((*one)[0], token, reply.items[1]) : away());
  });
}

void RedisStore::fill(Key const& key, std::string const& token, DocumentPtr document) {
  auto const epoch = epoch_of(token);
  form_->keep_copy(key, epoch, document);
  client_.command(
      {"FCALL", form_->functions.fill, "1",
       entry_name(database_, epoch, key, form_->options.document_schema), token,
       std::to_string(document->version), pack(*document), document->body,
       std::to_string(form_->options.entry_ttl.count())},
      [self = shared_from_this()](redis::Reply reply) {
        bool const kept = reply.kind == Kind::integer && reply.integer == 1;
        (kept ? self->form_->meters.kept : self->form_->meters.refused).add();
        if (!reply.ok()) self->heal(reply);
      });
}

/// Whether to tell the Redis at the other end of this connection is to tell everyone.
bool RedisStore::is_authority(Commit const& commit) const {
  if (is_broken("authority")) return commit.authority && client_.connected() && !database_.empty();
  return commit.authority && commit.authority->active && client_.connected() &&
         client_.run_id() == commit.authority->run_id && !database_.empty();
}

void RedisStore::settle(Commit commit, std::chrono::milliseconds wait,
                        std::function<void(bool)> done) {
  if (commit.roots.empty()) return done(true);
  form_->meters.invalidations.add(static_cast<double>(commit.roots.size()));
  // Redis has been out for everyone for so long that nothing granted before is trusted any more.
  auto const& authority = commit.authority;
  if (authority && authority->inactive_for > standing_->timing.lapse) return done(true);
  done = [standing = standing_, roots = commit.roots, done = std::move(done)](bool settled) {
    if (settled) standing->note_answered(roots);
    done(settled);
  };
  auto const patience = Clock::now() + wait;
  if (!is_authority(commit)) return park(commit, patience, std::move(done));
  tell(commit, [self = shared_from_this(), commit, patience, done = std::move(done)](bool told) {
    if (told) return done(true);
    self->park(commit, patience, done);
  });
}

void RedisStore::tell(Commit const& commit, std::function<void(bool)> done) {
  if (is_broken("invalidation")) return done(true);
  auto roots = commit.roots;
  if (!is_broken("resting")) {
    roots.insert(roots.end(), commit.rests_on.begin(), commit.rests_on.end());
  }
  std::vector<std::string> words{"FCALL", form_->functions.invalidate,
                                 std::to_string(roots.size())};
  for (auto const& root : roots) {
    words.push_back(entry_name(database_, commit.authority->epoch, {root.tenant, root.root},
                               form_->options.document_schema));
  }
  words.push_back(std::to_string(form_->options.lease.count()));
  for (auto const& root : roots) words.push_back(std::to_string(root.version));
  client_.command(words, [self = shared_from_this(), done = std::move(done)](redis::Reply reply) {
    if (!reply.ok()) self->heal(reply);
    done(reply.ok());
  });
}

void RedisStore::park(Commit const& commit, Clock::time_point patience,
                      std::function<void(bool)> done) {
  standing_->park(loop_, {commit.roots.front().tenant, commit.id},
                  commit.at + standing_->timing.lapse, patience, std::move(done));
}

void RedisStore::look_at_intervals() {
  look_timer_.expires_after(standing_->timing.interval);
  look_timer_.async_wait([weak = weak_from_this()](auto const& problem) {
    auto const self = weak.lock();
    if (problem || !self) return;
    self->look_at_fence();
    self->look_at_intervals();
  });
}

void RedisStore::look_at_fence() {
  if (database_.empty()) database_ = form_->database();
  if (database_.empty() || !client_.connected()) return;
  auto const sent = Clock::now();
  client_.command({"GET", fence_name(database_)},
                  [self = shared_from_this(), sent](redis::Reply reply) {
                    if (!reply.ok()) return;
                    self->fence_.seen(reply.text, sent);
                    self->form_->note_fence(self->fence_, Clock::now());
                  });
}

/// A Redis can lose its functions without losing the connection (FUNCTION FLUSH).
void RedisStore::heal(redis::Reply const& reply) {
  if (loading_ || reply.text.find("Function not found") == std::string::npos) return;
  loading_ = true;
  client_.command({"FUNCTION", "LOAD", "REPLACE", form_->functions.library},
                  [self = shared_from_this()](redis::Reply) { self->loading_ = false; });
}

std::string RedisStore::degraded() const {
  if (!client_.connected()) return "redis is out of reach";
  if (may_ask()) return {};
  auto const said = standing_->said();
  return said.empty() ? "redis is not trusted: no fence was granted lately" : said;
}

}  // namespace

std::shared_ptr<Store> make_redis_store(boost::asio::io_context& loop, redis::Client& client,
                                        std::shared_ptr<RedisForm> form,
                                        std::shared_ptr<Standing> standing) {
  auto const store =
      std::make_shared<RedisStore>(loop, client, std::move(form), std::move(standing));
  store->start();
  return store;
}

}  // namespace throughline::cache
