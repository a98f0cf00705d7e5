// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/faults/nemesis.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace throughline::faults {

namespace {

/// As the server sends it.
constexpr char commit_text[] = "commit";

std::string numbered(char const* what, std::size_t i) {
  return std::string(what) + " " + std::to_string(i + 1);
}

}  // namespace

Nemesis::Nemesis(Cluster& cluster, History& history, std::uint64_t seed)
    : cluster_(cluster), history_(history), dice_(seed) {
  faults_ = {{"instance killed", &Nemesis::kill_instance},
             {"instance paused", &Nemesis::pause_instance},
             {"PostgreSQL killed", &Nemesis::kill_postgres},
             {"PostgreSQL paused", &Nemesis::pause_postgres},
             {"link to PostgreSQL cut", &Nemesis::cut_postgres_link},
             {"link to PostgreSQL slow", &Nemesis::slow_postgres_link},
             {"dropped at COMMIT", &Nemesis::drop_at_commit},
             {"queues filled", &Nemesis::fill_queues}};
  if (cluster.form() == Form::redis) {
    faults_.insert(faults_.end(),
                   {{"Redis restarted empty", &Nemesis::restart_redis_empty},
                    {"Redis restarted from a snapshot", &Nemesis::restart_redis_from_snapshot},
                    {"Redis paused", &Nemesis::pause_redis},
                    {"Redis failed over", &Nemesis::fail_redis_over},
                    {"Redis failed over for one", &Nemesis::fail_redis_over_for_one},
                    {"link to Redis cut", &Nemesis::cut_redis_link},
                    {"link to Redis slow", &Nemesis::slow_redis_link}});
  }
  if (cluster.form() == Form::memory && cluster.size() > 1) {
    faults_.push_back({"rival let in", &Nemesis::let_rival_in});
    faults_.push_back({"rival let in unheard", &Nemesis::let_rival_in_unheard});
  }
  char const* const chosen = std::getenv("THROUGHLINE_FAULTS");
  if (chosen != nullptr && std::string(chosen) != "-") keep_only(chosen);
  std::shuffle(faults_.begin(), faults_.end(), dice_);
}

void Nemesis::keep_only(std::string const& names) {
  std::vector<Named> kept;
  std::istringstream text(names);
  for (std::string name; std::getline(text, name, ',');) {
    auto const found = std::find_if(faults_.begin(), faults_.end(),
                                    [&](Named const& fault) { return fault.name == name; });
    if (found == faults_.end()) throw std::invalid_argument("no such fault here: " + name);
    kept.push_back(*found);
  }
  faults_ = std::move(kept);
}

/// In turn, so that a short run too has a bit of everything.
void Nemesis::strike() {
  auto const [name, fault] = faults_.front();
  std::rotate(faults_.begin(), faults_.begin() + 1, faults_.end());
  ++struck_[name];
  (this->*fault)();
  say("healed: " + std::string(name));
  if (auto const log = cluster_.fallen(); !log.empty()) {
    history_.fail("an instance ended during: " + std::string(name) + "\n" + log);
  }
  if (!cluster_.await_health()) history_.fail(std::string("an instance stays ill after: ") + name);
  constexpr int settle_least = 500;
  constexpr int settle_most = 3000;
  wait(settle_least, settle_most);
}

std::string Nemesis::told() const {
  std::string text;
  for (auto const& [name, count] : struck_) {
    text += (text.empty() ? "" : ", ") + name + " ×" + std::to_string(count);
  }
  return text;
}

void Nemesis::wait(int least_ms, int most_ms) {
  std::uniform_int_distribution<int> length(least_ms, most_ms);
  std::this_thread::sleep_for(std::chrono::milliseconds(length(dice_)));
}

void Nemesis::kill_instance() {
  auto const i = any_instance();
  say(numbered("kill -9 of instance", i));
  cluster_.instance(i).process.kill();
  wait(0, 1000);
  cluster_.start(i);
}

void Nemesis::pause_instance() {
  auto const i = any_instance();
  say(numbered("SIGSTOP of instance", i));
  cluster_.instance(i).process.pause();
  wait(300, 5000);
  cluster_.instance(i).process.resume();
}

void Nemesis::kill_postgres() {
  say("kill -9 of PostgreSQL");
  cluster_.postgres().kill();
  wait(0, 1000);
  cluster_.postgres().start();
}

void Nemesis::pause_postgres() {
  say("SIGSTOP of PostgreSQL");
  cluster_.postgres().pause();
  wait(300, 3000);
  cluster_.postgres().resume();
}

void Nemesis::cut_postgres_link() {
  auto const i = any_instance();
  say(numbered("PostgreSQL out of reach of instance", i));
  auto& wire = *cluster_.instance(i).to_postgres;
  wire.refuse(true);
  wire.drop();
  wait(300, 4000);
  wire.refuse(false);
}

void Nemesis::slow_postgres_link() {
  auto const i = any_instance();
  say(numbered("PostgreSQL's answers delayed for instance", i));
  auto& wire = *cluster_.instance(i).to_postgres;
  for (int times = 0; times < 5; ++times) {
    wire.hold(true);
    wait(50, 800);
    wire.hold(false);
    wait(20, 200);
  }
}

void Nemesis::drop_at_commit() {
  for (int times = 0; times < 5; ++times) {
    auto const i = any_instance();
    auto& wire = *cluster_.instance(i).to_postgres;
    if (dice_() % 2 == 0) {
      say(numbered("a COMMIT's answer is lost on its way to instance", i));
      wire.cut_answer_to(commit_text);
    } else {
      say(numbered("a COMMIT is lost on its way from instance", i));
      wire.cut_before(commit_text);
    }
    wait(100, 500);
  }
}

void Nemesis::fill_queues() {
  auto const i = any_instance();
  say(numbered("queues filled of instance", i));
  constexpr std::size_t crowd = 200;
  std::vector<support::Client> clients;
  for (std::size_t n = 0; n < crowd; ++n) clients.push_back(cluster_.client(i));
  for (int rounds = 0; rounds < 3; ++rounds) {
    for (auto& client : clients) {
      try {
        client.send("GET /v1/cases?limit=200 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                    cluster_.key() + "\r\n\r\n");
      } catch (std::runtime_error const&) {
        client.close();  // turned away
      }
    }
    wait(50, 300);
  }
}

/// Instance 1 hears no more from PostgreSQL, whose side of its connections is gone: its lock is
/// free, a second instance takes it and serves. Then instance 1 wakes up among what it knew.
void Nemesis::let_rival_in() {
  constexpr std::size_t rival = 1;
  say("instance 1 stands still, its sessions end, instance 2 starts");
  cluster_.instance(0).process.pause();
  cluster_.instance(0).to_postgres->drop();
  cluster_.start(rival);
  wait(3000, 6000);
  cluster_.instance(0).process.resume();
  say("instance 1 goes on");
  wait(300, 3000);
  say("instance 2 is killed");
  cluster_.retire(rival);
}

/// The same, but only the session that holds the lock ends, and instance 1 does not hear of it:
/// when it goes on, its other sessions are well, and nothing but its own clock tells it that its
/// lease is over.
void Nemesis::let_rival_in_unheard() {
  constexpr std::size_t rival = 1;
  say("instance 1 stands still, its lock's session ends unheard, instance 2 starts");
  auto& wire = *cluster_.instance(0).to_postgres;
  auto const port = cluster_.postgres().port_of_lease();
  cluster_.instance(0).process.pause();
  wire.deafen(port);
  cluster_.postgres().end_session_at(port);
  cluster_.start(rival);
  wait(4000, 7000);
  cluster_.instance(0).process.resume();
  say("instance 1 goes on");
  wait(500, 3000);
  say("instance 2 is killed");
  cluster_.retire(rival);
  wire.deafen(0);
}

void Nemesis::restart_redis(bool with_snapshot) {
  if (with_snapshot) {
    cluster_.redis().save();
    say("Redis has saved a snapshot");
    wait(200, 2000);
  } else {
    cluster_.redis().forget();
  }
  say(with_snapshot ? "kill -9 of Redis, which comes back with the snapshot"
                    : "kill -9 of Redis, which comes back empty");
  cluster_.redis().kill();
  wait(0, 4000);
  cluster_.redis().start();
}

void Nemesis::restart_redis_empty() {
  restart_redis(false);
}

void Nemesis::restart_redis_from_snapshot() {
  restart_redis(true);
}

void Nemesis::pause_redis() {
  say("SIGSTOP of Redis");
  cluster_.redis().pause();
  wait(100, 4000);
  cluster_.redis().resume();
}

void Nemesis::fail_redis_over() {
  have_replica_promoted(true);
}

void Nemesis::fail_redis_over_for_one() {
  have_replica_promoted(false);
}

/// The old primary lives on for whoever is still connected to it: all move at once, or one does.
void Nemesis::have_replica_promoted(bool all_move) {
  cluster_.start_replica();
  cluster_.lag();
  say("Redis's replica lags");
  wait(200, 2000);
  cluster_.fail_over(all_move);
  say(all_move ? "the replica is Redis now" : "the replica is Redis now, for new connections");
  if (!all_move) {
    auto const first = any_instance();
    say(numbered("the first to move is instance", first));
    cluster_.instance(first).to_redis->drop();
    wait(3000, 7000);
  }
  wait(300, 1000);
  say("kill -9 of the old Redis");
  cluster_.spare_redis().kill();
}

void Nemesis::cut_redis_link() {
  auto const i = any_instance();
  say(numbered("Redis out of reach of instance", i));
  auto& wire = *cluster_.instance(i).to_redis;
  wire.refuse(true);
  wire.drop();
  wait(200, 5000);
  wire.refuse(false);
}

void Nemesis::slow_redis_link() {
  auto const i = any_instance();
  say(numbered("Redis's answers delayed for instance", i));
  auto& wire = *cluster_.instance(i).to_redis;
  for (int times = 0; times < 5; ++times) {
    wire.hold(true);
    wait(20, 1200);
    wire.hold(false);
    wait(20, 300);
  }
}

}  // namespace throughline::faults
