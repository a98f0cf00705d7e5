// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Live streams while server, Redis and PostgreSQL are killed, paused and cut off: whoever resumes
// at the last id has every fact once and in order.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "support/event_stream.hpp"
#include "support/faults/nemesis.hpp"

using namespace throughline;
using namespace throughline::faults;
using namespace std::chrono_literals;
using nlohmann::json;
using support::EventStream;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t customers = 6;
constexpr std::size_t listeners = 12;
constexpr std::size_t writers = 3;
/// Enough for each fault that there is, in turn.
int strikes(Form form) {
  char const* const set = std::getenv("THROUGHLINE_FAULT_KILLS");
  if (set != nullptr) return std::stoi(set);
  return form == Form::memory ? 9 : 14;
}

std::size_t usable(Cluster const& cluster) {
  return cluster.form() == Form::memory ? 1 : cluster.size();
}

/// Follows some customers and comes back wherever it can, as long as it takes.
class Listener {
 public:
  Listener(Cluster& cluster, std::vector<std::string> followed, std::size_t begin_at)
      : cluster_(cluster), followed_(std::move(followed)), instance_(begin_at) {
    thread_ = std::thread([this] { run(); });
  }
  ~Listener() { stop(); }
  void stop() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }

  bool begun() const { return begun_; }
  std::size_t heard() const { return heard_; }
  /// After stop():
  std::string const& start() const { return start_; }
  std::vector<std::string> const& facts() const { return facts_; }
  std::vector<std::string> const& followed() const { return followed_; }
  int beginnings() const { return beginnings_; }
  int resets() const { return resets_; }

 private:
  void run() {
    while (!over_) {
      try {
        listen();
      } catch (std::runtime_error const&) {
        // Nobody there, or no answer: the next one is asked.
      }
      ++instance_;
      std::this_thread::sleep_for(50ms);
    }
  }

  void listen() {
    std::string target = "/v1/live?customer_ids=";
    for (auto const& id : followed_) target += (target.back() == '=' ? "" : ",") + id;
    support::Headers headers;
    if (!last_.empty()) headers.emplace_back("Last-Event-ID", last_);
    EventStream stream(cluster_.instance(instance_ % usable(cluster_)).port, target, cluster_.key(),
                       headers);
    if (stream.head().status != 200) return;
    while (!over_ && !stream.ended()) {
      auto const event = stream.next(100ms);
      if (!stream.last_id().empty()) last_ = stream.last_id();
      if (event) take(*event);
    }
  }

  void take(support::Event const& event) {
    if (event.type == "cut") return;
    if (event.type == "reset") ++resets_;
    if (event.type == "ready") {
      if (start_.empty()) start_ = event.id;
      ++beginnings_;
      begun_ = true;
      return;
    }
    facts_.push_back(event.json().at("id"));
    heard_ = facts_.size();
  }

  Cluster& cluster_;
  std::vector<std::string> const followed_;
  std::size_t instance_;
  std::string last_, start_;
  std::vector<std::string> facts_;
  int beginnings_ = 0;
  int resets_ = 0;
  std::atomic<bool> over_ = false;
  std::atomic<bool> begun_ = false;
  std::atomic<std::size_t> heard_ = 0;
  std::thread thread_;
};

/// One call, sent again under its key until it is done; its answer.
json done(Cluster& cluster, std::string const& method, std::string const& target, json const& body,
          std::string const& key) {
  for (std::size_t i = 0; i < 2000; ++i) {
    try {
      auto client = cluster.client(i % usable(cluster));
      client.recorded = false;
      auto const answer = client.request(method, target, body.dump(), {{"Idempotency-Key", key}});
      if (answer.status < 300) return answer.json();
      if (answer.status != 503 && answer.status != 429) throw std::logic_error(answer.body);
    } catch (std::runtime_error const&) {
      // No answer.
    }
    std::this_thread::sleep_for(20ms);
  }
  throw std::logic_error("never done: " + target);
}

std::vector<std::string> make_customers(Cluster& cluster) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < customers; ++i) {
    auto const number = std::to_string(i);
    ids.push_back(done(cluster, "PUT", "/v1/customers/by/account/shop:" + number, json::object(),
                       "make-" + number)
                      .at("id"));
  }
  return ids;
}

/// Names them, and now and then makes one of two and two of one again.
void write(Cluster& cluster, std::vector<std::string> const& ids, std::size_t writer,
           std::atomic<bool> const& over) {
  for (int i = 0; !over; ++i) {
    auto const key = std::to_string(writer) + "-" + std::to_string(i);
    auto const& id = ids[static_cast<std::size_t>(i) % ids.size()];
    done(cluster, "PATCH", "/v1/customers/" + id, {{"display_name", key}}, "name-" + key);
    if (writer == 0 && i % 7 == 3) {
      auto const merged = done(cluster, "POST", "/v1/customers/" + ids[0] + "/merge",
                               {{"with", ids[1]}, {"reason", "one"}}, "merge-" + key);
      done(cluster, "PATCH", "/v1/customers/" + ids[1], {{"display_name", key}}, "both-" + key);
      if (!merged.at("merge").is_null()) {
        done(cluster, "POST",
             "/v1/merges/" + merged.at("merge").at("id").get<std::string>() + "/undo",
             json::object(), "undo-" + key);
      }
    }
    std::this_thread::sleep_for(5ms);
  }
}

/// What the feed has behind a cursor.
std::vector<json> feed_after(Cluster& cluster, std::string const& start) {
  std::vector<json> items;
  std::string cursor = start;
  auto client = cluster.client(0);
  for (int quiet = 0; quiet < 20;) {
    auto const batch = client.get("/v1/changes?limit=1000&cursor=" + cursor).json();
    for (auto const& item : batch.at("items")) items.push_back(item);
    quiet = batch.at("items").empty() ? quiet + 1 : 0;
    cursor = batch.at("next_cursor");
    if (quiet > 0) std::this_thread::sleep_for(20ms);
  }
  return items;
}

/// The ids of the facts that concern these customers: of 0 and 1, which come together and apart,
/// each fact of whichever of the two it belongs to at its time.
std::vector<std::string> expected(std::vector<json> const& items,
                                  std::vector<std::string> const& all,
                                  std::vector<std::string> const& followed) {
  auto const follows = [&](std::string const& id) {
    return std::find(followed.begin(), followed.end(), id) != followed.end();
  };
  bool one = false;  // whether 0 and 1 are
  std::vector<std::string> ids;
  for (auto const& item : items) {
    std::string const type = item.at("type");
    std::string const subject = item.at("subject");
    if (type == "customer.merged") one = true;
    bool const shared = one && subject == all[0] && (follows(all[0]) || follows(all[1]));
    if (shared || follows(subject)) ids.push_back(item.at("id"));
    // Both customers that an undo left are told of, the older first.
    if (type == "customer.parted" && subject == all[1]) one = false;
  }
  return ids;
}

void run(Form form, std::uint64_t seed) {
  Cluster cluster(form, 2);
  History history;
  Nemesis nemesis(cluster, history, seed);
  auto const ids = make_customers(cluster);
  std::vector<std::unique_ptr<Listener>> audience;
  for (std::size_t i = 0; i < listeners; ++i) {
    std::vector<std::string> followed{ids[i % customers]};
    if (i % 3 == 0) followed.push_back(ids[(i + 3) % customers]);
    audience.push_back(std::make_unique<Listener>(cluster, followed, i));
  }
  for (auto const& one : audience) {
    auto const deadline = Clock::now() + 30s;
    while (!one->begun() && Clock::now() < deadline) std::this_thread::sleep_for(10ms);
    REQUIRE(one->begun());
  }
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  std::atomic<int> stumbled = 0;
  for (std::size_t i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      try {
        write(cluster, ids, i, over);
      } catch (std::exception const& fault) {
        std::cout << "a writer stumbled: " << fault.what() << std::endl;
        ++stumbled;
      }
    });
  }
  for (int i = 0; i < strikes(form); ++i) {
    std::this_thread::sleep_for(300ms);
    nemesis.strike();
  }
  over = true;
  for (auto& thread : threads) thread.join();
  CHECK(stumbled == 0);
  REQUIRE(cluster.await_health());

  std::size_t facts = 0;
  int beginnings = 0;
  for (auto const& one : audience) {
    auto const wanted = [&] {
      return expected(feed_after(cluster, one->start()), ids, one->followed());
    };
    auto const last = wanted();
    auto const deadline = Clock::now() + 30s;
    while (one->heard() < last.size() && Clock::now() < deadline) {
      std::this_thread::sleep_for(20ms);
    }
    one->stop();
    CHECK(one->facts() == last);
    CHECK(one->resets() == 0);
    facts += one->facts().size();
    beginnings += one->beginnings();
  }
  std::cout << "live streams: " << audience.size() << " subscribers began " << beginnings
            << " times and heard " << facts << " facts, each once and in order; " << nemesis.told()
            << std::endl;
  REQUIRE(facts > 100);
}

}  // namespace

TEST_CASE("live: whatever fails, each subscriber has every fact once and in order, in memory",
          "[live]") {
  run(Form::memory, 20261121);
}

TEST_CASE("live: whatever fails, each subscriber has every fact once and in order, with Redis",
          "[live]") {
  run(Form::redis, 20261122);
}
