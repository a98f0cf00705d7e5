// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The program's own command, signals included.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "support/client.hpp"
#include "support/database.hpp"
#include "throughline/app.hpp"

namespace throughline::app {

namespace {

/// A port that was free a moment ago.
std::uint16_t free_port() {
  int const socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&at), size) == 0);
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size) == 0);
  ::close(socket);
  return ntohs(at.sin_port);
}

int run_serve(std::string const& database_url, std::uint16_t port) {
  auto const listen = "127.0.0.1:" + std::to_string(port);
  char const* const arguments[] = {"throughline",
                                   "serve",
                                   "--database-url",
                                   database_url.c_str(),
                                   "--listen",
                                   listen.c_str(),
                                   "--redis-url",
                                   "",
                                   "--metrics-listen",
                                   "",
                                   "--log",
                                   "/dev/null"};
  return run(static_cast<int>(std::size(arguments)), arguments);
}

bool is_up(std::uint16_t port) {
  try {
    support::Client client(port);
    return client.get("/healthz").status == 200;
  } catch (std::runtime_error const&) {
    return false;
  }
}

/// What /readyz says once the start is over.
bool is_whole(std::uint16_t port) {
  support::Client client(port);
  auto const said = client.get("/readyz").json();
  return said["status"] == "ready" && said["problems"].empty() && said["degraded"].empty();
}

}  // namespace

TEST_CASE("SIGTERM drains: what was begun is answered, then the command ends well") {
  // Blocked here and so in every thread made from here: only the command waits for it.
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, nullptr);
  support::Database database;
  auto const port = free_port();
  int result = -1;
  std::thread serving([&] { result = run_serve(database.url(), port); });
  bool up = false;
  for (int i = 0; i < 1500 && !(up = is_up(port)); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  for (int i = 0; up && i < 500 && !is_whole(port); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (!up) serving.detach();  // or the whole program would end with this test
  REQUIRE(up);
  // So it serves the database of its flag; the environment names another, which is empty.
  CHECK(is_whole(port));
  CHECK(run_serve(database.url(), port) == 1);  // the port is taken
  support::Client client(port);
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ::kill(::getpid(), SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK_FALSE(is_up(port));
  client.send("\r\n");
  CHECK(client.receive().status == 200);
  serving.join();
  CHECK(result == 0);
  pthread_sigmask(SIG_UNBLOCK, &term, nullptr);
}

}  // namespace throughline::app
