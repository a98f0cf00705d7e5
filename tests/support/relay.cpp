// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/relay.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace throughline::support {
namespace {

constexpr int tick_ms = 10;  // how soon a turned knob or the end is noticed

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket const&) = delete;
  Socket& operator=(Socket const&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

int connect_to(std::string const& host, std::string const& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return -1;
  int const descriptor = socket(found->ai_family, SOCK_STREAM, 0);
  bool const connected = connect(descriptor, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo(found);
  if (connected) return descriptor;
  close(descriptor);
  return -1;
}

std::uint16_t port_of(int descriptor) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return ntohs(address.sin_port);
}

bool send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const sent = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool readable(pollfd const& watched) {
  return (watched.revents & (POLLIN | POLLHUP)) != 0;
}

}  // namespace

Relay::Relay(std::string host, std::string port)
    : host_(std::move(host)), server_port_(std::move(port)) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, size) != 0 || listen(listener_, SOMAXCONN) != 0 ||
      getsockname(listener_, any, &size) != 0)
    throw std::runtime_error("the relay can't listen");
  port_ = ntohs(address.sin_port);
  listening_ = std::jthread([this](std::stop_token stop) { accept_until(stop); });
}

Relay::~Relay() {
  listening_.request_stop();
  listening_.join();
  passing_.clear();
  close(listener_);
}

void Relay::lead_to(std::string port) {
  std::lock_guard const lock(mutex_);
  server_port_ = std::move(port);
}

std::string Relay::server_port() {
  std::lock_guard const lock(mutex_);
  return server_port_;
}

void Relay::cut_answer_to(std::string text) {
  std::lock_guard const lock(mutex_);
  marked_ = std::move(text);
  cut_ = Cut::after;
}

void Relay::cut_before(std::string text) {
  std::lock_guard const lock(mutex_);
  marked_ = std::move(text);
  cut_ = Cut::before;
}

Relay::Cut Relay::mark_of(std::string_view sent) {
  std::lock_guard const lock(mutex_);
  if (marked_.empty() || sent.find(marked_) == std::string_view::npos) return Cut::no;
  marked_.clear();
  return cut_;
}

void Relay::accept_until(std::stop_token stop) {
  while (!stop.stop_requested()) {
    pollfd watched{listener_, POLLIN, 0};
    if (poll(&watched, 1, tick_ms) <= 0) continue;
    int const client = accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    ++accepted_;
    if (refusing_) {
      close(client);
    } else {
      // Those that are over would keep their stacks: histories of hours open many.
      std::erase_if(passing_, [](Passing const& wire) { return wire.over->load(); });
      auto const over = std::make_shared<std::atomic<bool>>(false);
      passing_.push_back({over, std::jthread([this, client, over](std::stop_token end) {
                            pass(client, end);
                            *over = true;
                          })});
    }
  }
}

void Relay::pass(int client_descriptor, std::stop_token stop) {
  Socket const client(client_descriptor);
  Socket const server(connect_to(host_, server_port()));
  std::array<char, 65536> buffer;
  bool cut = false;
  bool answered = true;
  int const drops = drops_;
  auto const port = port_of(server.get());
  while (server.get() >= 0 && !stop.stop_requested() && drops == drops_) {
    bool const deaf = holding_ || deaf_ == port;
    std::array<pollfd, 2> watched{
        {{client.get(), POLLIN, 0}, {deaf ? -1 : server.get(), POLLIN, 0}}};
    if (poll(watched.data(), watched.size(), tick_ms) <= 0) continue;
    if (readable(watched[0])) {
      auto const size = recv(client.get(), buffer.data(), buffer.size(), 0);
      if (size <= 0) return;
      std::string_view const sent(buffer.data(), static_cast<std::size_t>(size));
      auto const mark = mark_of(sent);
      if (mark == Cut::before) return;
      cut = mark == Cut::after || cut;
      if (std::exchange(answered, false)) ++turns_;
      if (!send_all(server.get(), sent)) return;
    }
    if (readable(watched[1]) && !holding_ && deaf_ != port) {
      auto const size = recv(server.get(), buffer.data(), buffer.size(), 0);
      if (size <= 0 || cut) return;
      answered = true;
      if (!send_all(client.get(), {buffer.data(), static_cast<std::size_t>(size)})) return;
    }
  }
}

}  // namespace throughline::support
