// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A PostgreSQL of one test's own, as durable as in production: what it acknowledged survives
// kill().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/faults/process.hpp"

namespace throughline::faults {

class PostgresServer {
 public:
  /// Makes a cluster in a temporary folder and starts it; its database `throughline` is empty.
  PostgresServer();

  std::uint16_t port() const { return port_; }
  /// For a login that owns the database and is no superuser; by `port` where that is a wire to it.
  std::string url(std::string const& port = {}) const;

  void start();  // returns once it answers
  void kill() { process_.kill(); }
  void pause() { process_.pause(); }
  void resume() { process_.resume(); }
  /// The port by which a session that holds the lease of the cache reaches this; 0: none does.
  std::uint16_t port_of_lease();
  /// Ends that session, as if PostgreSQL had given it up.
  void end_session_at(std::uint16_t port);

 private:
  std::string administer(std::vector<std::string> const& statements);

  Folder folder_;
  std::string const bin_;
  std::uint16_t const port_;
  Process process_;
};

}  // namespace throughline::faults
