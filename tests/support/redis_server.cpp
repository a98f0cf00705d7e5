// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/redis_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

namespace throughline::support {

namespace {

constexpr std::chrono::seconds start_timeout{10};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  int const probe = ::socket(AF_INET, SOCK_STREAM, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  bool const found =
      ::bind(probe, raw, sizeof address) == 0 && ::getsockname(probe, raw, &size) == 0;
  ::close(probe);
  if (!found) throw std::runtime_error("no free port for a Redis");
  return ntohs(address.sin_port);
}

bool accepts(std::uint16_t port) {
  int const probe = ::socket(AF_INET, SOCK_STREAM, 0);
  auto const address = loopback(port);
  bool const connected =
      ::connect(probe, reinterpret_cast<sockaddr const*>(&address), sizeof address) == 0;
  ::close(probe);
  return connected;
}

[[noreturn]] void become(std::vector<std::string> const& words) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  int const nowhere = ::open("/dev/null", O_RDWR);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  std::vector<char*> arguments;
  for (auto const& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> more_arguments)
    : more_arguments_(std::move(more_arguments)), port_(free_port()) {
  start();
}

RedisServer::~RedisServer() {
  kill();
}

std::string RedisServer::url(std::string const& login) const {
  return "redis://" + login + "127.0.0.1:" + std::to_string(port_);
}

void RedisServer::start() {
  if (process_ != 0) return;
  std::vector<std::string> words{
      "redis-server", "--port", std::to_string(port_), "--bind", "127.0.0.1",
      "--save",       "",       "--appendonly",        "no"};
  words.insert(words.end(), more_arguments_.begin(), more_arguments_.end());
  process_ = ::fork();
  if (process_ == 0) become(words);
  auto const deadline = std::chrono::steady_clock::now() + start_timeout;
  while (!accepts(port_)) {
    bool const ended = ::waitpid(process_, nullptr, WNOHANG) == process_;
    if (ended) process_ = 0;
    if (ended || std::chrono::steady_clock::now() > deadline) {
      kill();
      throw std::runtime_error("redis-server did not start");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void RedisServer::kill() {
  if (process_ == 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  process_ = 0;
}

void RedisServer::pause() {
  ::kill(process_, SIGSTOP);
  ::waitpid(process_, nullptr, WUNTRACED);
}

void RedisServer::resume() {
  ::kill(process_, SIGCONT);
}

}  // namespace throughline::support
