// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/faults/cluster.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace throughline::faults {

namespace {

using namespace std::chrono_literals;

constexpr auto start_timeout = 30s;
constexpr auto pause = 20ms;
constexpr std::size_t log_shown = 4000;

std::string server_program() {
  char const* const named = std::getenv("THROUGHLINE_FAULTS_SERVER");
  if (named != nullptr) return named;
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "throughline";
}

template <class Condition>
bool wait_until(Condition condition) {
  auto const deadline = std::chrono::steady_clock::now() + start_timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

RedisNode::RedisNode() : port_(free_port()) {}

std::string RedisNode::ask(std::vector<std::string> words) {
  words.insert(words.begin(), {"redis-cli", "-h", "127.0.0.1", "-p", std::to_string(port_)});
  return run({.words = std::move(words)});
}

void RedisNode::start(std::string const& primary_port) {
  std::vector<std::string> words = {
      "redis-server", "--port", std::to_string(port_), "--bind", "127.0.0.1",
      "--save",       "",       "--appendonly",        "no",     "--dir",
      folder_.path()};
  if (!primary_port.empty()) {
    // Without its primary a replica answers no less: the wire may be cut for long.
    words.insert(words.end(), {"--replicaof", "127.0.0.1", primary_port});
  }
  process_ = Process({.words = words, .output = folder_.path() + "/log"});
  auto const answers = [this] {
    try {
      return trimmed(ask({"ping"})) == "PONG";
    } catch (std::runtime_error const&) {
      return false;
    }
  };
  if (!wait_until(answers)) throw std::runtime_error("redis-server did not start");
}

void RedisNode::save() {
  ask({"save"});
}

void RedisNode::forget() {
  std::filesystem::remove(folder_.path() + "/dump.rdb");
}

void RedisNode::promote() {
  ask({"replicaof", "no", "one"});
}

bool RedisNode::is_synchronised() {
  return ask({"info", "replication"}).find("master_link_status:up") != std::string::npos;
}

Cluster::Cluster(Form form, std::size_t instances) : form_(form) {
  auto const program = server_program();
  run({.words = {program, "migrate"},
       .environment = {"THROUGHLINE_DATABASE_URL=" + postgres_.url()}});
  key_ = trimmed(run({.words = {program, "key", "create", "--tenant", "faults", "--scopes", "all"},
                      .environment = {"THROUGHLINE_DATABASE_URL=" + postgres_.url()}}));
  nodes_.push_back(std::make_unique<RedisNode>());
  nodes_.push_back(std::make_unique<RedisNode>());
  if (form_ == Form::redis) redis().start();
  for (std::size_t i = 0; i < instances; ++i) {
    auto one = std::make_unique<Instance>();
    one->port = free_port();
    one->metrics_port = free_port();
    one->to_postgres =
        std::make_unique<support::Relay>("127.0.0.1", std::to_string(postgres_.port()));
    if (form_ == Form::redis) {
      one->to_redis = std::make_unique<support::Relay>("127.0.0.1", std::to_string(redis().port()));
    }
    instances_.push_back(std::move(one));
    if (form_ == Form::redis || i == 0) start(i);
  }
  if (!await_health()) throw std::runtime_error("an instance did not start; see " + logs());
  let_customers_hold_many();
}

/// Callers turn out to be somebody again and again.
void Cluster::let_customers_hold_many() {
  auto const answer = client(0).request("PATCH", "/v1/settings/identity",
                                        R"({"classes": {"phone": {"max": 50}}})");
  if (answer.status != 200) throw std::runtime_error("the settings were refused: " + answer.body);
}

Cluster::~Cluster() {
  for (auto& one : instances_) one->process.kill();
}

std::string Cluster::log_of(std::size_t i) const {
  return logs() + "/instance-" + std::to_string(i + 1);
}

void Cluster::start(std::size_t i) {
  auto& one = instance(i);
  one.wanted = true;
  auto const redis = one.to_redis ? "redis://127.0.0.1:" + one.to_redis->port() : std::string();
  one.process = Process(
      {.words = {server_program(), "serve"},
       .environment = {"THROUGHLINE_DATABASE_URL=" + postgres_.url(one.to_postgres->port()),
                       "THROUGHLINE_REDIS_URL=" + redis,
                       "THROUGHLINE_LISTEN=127.0.0.1:" + std::to_string(one.port),
                       "THROUGHLINE_METRICS_LISTEN=127.0.0.1:" + std::to_string(one.metrics_port),
                       "THROUGHLINE_IO_THREADS=1", "THROUGHLINE_WORKERS=4"},
       .output = log_of(i)});
}

void Cluster::retire(std::size_t i) {
  instance(i).wanted = false;
  instance(i).process.kill();
}

bool Cluster::is_healthy(std::size_t i) {
  if (!instance(i).wanted) return true;
  try {
    auto probe = client(i);
    probe.patience = 1000ms;
    return probe.get("/readyz").status == 200;
  } catch (std::runtime_error const&) {
    return false;
  }
}

std::string Cluster::fallen() {
  for (std::size_t i = 0; i < size(); ++i) {
    if (!instance(i).wanted || instance(i).process.running()) continue;
    std::ifstream file(log_of(i));
    std::string const text(std::istreambuf_iterator<char>(file), {});
    return log_of(i) + ": " + text.substr(text.size() - std::min(text.size(), log_shown));
  }
  return {};
}

bool Cluster::await_health() {
  for (std::size_t i = 0; i < size(); ++i) {
    if (!wait_until([&] { return is_healthy(i); })) return false;
  }
  return true;
}

support::Client Cluster::client(std::size_t i) const {
  support::Client one(instances_.at(i)->port, key_);
  one.recorded = false;
  return one;
}

void Cluster::start_replica() {
  replication_ = std::make_unique<support::Relay>("127.0.0.1", std::to_string(redis().port()));
  spare_redis().forget();
  spare_redis().start(replication_->port());
  if (!wait_until([this] { return spare_redis().is_synchronised(); })) {
    throw std::runtime_error("the replica does not synchronise");
  }
}

void Cluster::lag() {
  replication_->refuse(true);
  replication_->drop();
}

void Cluster::fail_over(bool drop_connections) {
  spare_redis().promote();
  std::swap(nodes_[0], nodes_[1]);
  for (auto& one : instances_) {
    one->to_redis->lead_to(std::to_string(redis().port()));
    if (drop_connections) one->to_redis->drop();
  }
  replication_.reset();
}

}  // namespace throughline::faults
