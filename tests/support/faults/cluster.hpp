// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Real processes: PostgreSQL, Redis and instances of the server, every link between them a wire
// that can be cut.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "support/client.hpp"
#include "support/faults/postgres_server.hpp"
#include "support/faults/process.hpp"
#include "support/relay.hpp"

namespace throughline::faults {

/// A Redis that saves only when told to.
class RedisNode {
 public:
  RedisNode();
  std::uint16_t port() const { return port_; }
  /// With what was saved last, if anything was; as a replica of `primary_port` unless that is 0.
  void start(std::string const& primary_port = {});
  void kill() { process_.kill(); }
  void pause() { process_.pause(); }
  void resume() { process_.resume(); }
  bool running() { return process_.running(); }
  void save();
  void forget();  // what was saved
  void promote();
  /// Whether it has what its primary has.
  bool is_synchronised();

 private:
  std::string ask(std::vector<std::string> words);

  Folder folder_;
  std::uint16_t const port_;
  Process process_;
};

struct Instance {
  std::uint16_t port = 0;
  std::uint16_t metrics_port = 0;
  std::unique_ptr<support::Relay> to_postgres;
  std::unique_ptr<support::Relay> to_redis;  // null in the memory form
  Process process;
  bool wanted = false;  // it runs, or should
};

enum class Form { memory, redis };

/// In the memory form only the first instance is started: the others are its rivals.
/// The program under test is the one that THROUGHLINE_FAULTS_SERVER names, else `throughline`
/// beside the test's own.
class Cluster {
 public:
  Cluster(Form form, std::size_t instances);
  ~Cluster();

  Form form() const { return form_; }
  std::size_t size() const { return instances_.size(); }
  Instance& instance(std::size_t i) { return *instances_.at(i); }
  PostgresServer& postgres() { return postgres_; }
  /// The one that instances reach, and the other one.
  RedisNode& redis() { return *nodes_[0]; }
  RedisNode& spare_redis() { return *nodes_[1]; }
  /// Makes the spare a replica by a wire of its own, which `lag` cuts.
  void start_replica();
  void lag();
  /// What instances connect to from now on is the spare, now a primary.
  void fail_over(bool drop_connections);

  void start(std::size_t i);
  /// It is not to run for now, and nobody minds.
  void retire(std::size_t i);
  bool is_healthy(std::size_t i);
  /// The end of the log of an instance that ended although nobody killed it; empty if none did.
  std::string fallen();
  /// Until every instance answers; false if one does not within the patience of a start.
  bool await_health();

  support::Client client(std::size_t i) const;
  std::string const& key() const { return key_; }
  std::string const& logs() const { return logs_.path(); }

 private:
  void let_customers_hold_many();
  std::string log_of(std::size_t i) const;

  Form const form_;
  Folder logs_;
  PostgresServer postgres_;
  std::deque<std::unique_ptr<RedisNode>> nodes_;
  std::unique_ptr<support::Relay> replication_;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::string key_;
};

}  // namespace throughline::faults
