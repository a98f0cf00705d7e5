// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/faults/postgres_server.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace throughline::faults {

namespace {

constexpr std::chrono::seconds start_timeout{30};
constexpr char login[] = "throughline";
/// Loopback only, for the life of a test, and of no value.
constexpr char password[] = "faults";

}  // namespace

PostgresServer::PostgresServer() : bin_("/usr/lib/postgresql/15/bin/"), port_(free_port()) {
  run({.words = {bin_ + "initdb", "--pgdata=" + folder_.path() + "/data", "--username=postgres",
                 "--auth-host=trust", "--auth-local=trust", "--encoding=UTF8", "--locale=C.UTF-8",
                 "--no-sync", "--no-instructions"},
       .unprivileged = true});
  start();
  administer({std::string("create role ") + login + " login createdb createrole password '" +
                  password + "'",
              std::string("create database throughline owner ") + login});
}

std::string PostgresServer::administer(std::vector<std::string> const& statements) {
  auto const admin = "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/postgres";
  std::vector<std::string> words{bin_ + "psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", admin};
  for (auto const& statement : statements) words.insert(words.end(), {"-c", statement});
  return run({.words = std::move(words)});
}

std::uint16_t PostgresServer::port_of_lease() {
  auto const port = administer(
      {"select client_port from pg_stat_activity where pid in "
       "(select pid from pg_locks where locktype = 'advisory' and objid = 1 and objsubid = 2"
       " and classid::bigint = hashtext('throughline cache') & 4294967295) limit 1"});
  return static_cast<std::uint16_t>(std::atoi(port.c_str()));
}

void PostgresServer::end_session_at(std::uint16_t port) {
  administer({"select pg_terminate_backend(pid) from pg_stat_activity where client_port = " +
              std::to_string(port)});
}

std::string PostgresServer::url(std::string const& port) const {
  return std::string("postgresql://") + login + ":" + password +
         "@127.0.0.1:" + (port.empty() ? std::to_string(port_) : port) + "/throughline";
}

void PostgresServer::start() {
  process_ = Process(
      {.words = {bin_ + "postgres", "-D", folder_.path() + "/data", "-p", std::to_string(port_),
                 "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c",
                 "max_connections=200", "-c", "shared_buffers=64MB", "-c", "timezone=UTC"},
       .output = folder_.path() + "/log",
       .unprivileged = true});
  auto const deadline = std::chrono::steady_clock::now() + start_timeout;
  while (true) {
    Process asking(
        {.words = {bin_ + "pg_isready", "-q", "-h", "127.0.0.1", "-p", std::to_string(port_)}});
    if (asking.wait() == 0) return;
    if (!process_.running() || std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("PostgreSQL did not start; see " + folder_.path() + "/log");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace throughline::faults
