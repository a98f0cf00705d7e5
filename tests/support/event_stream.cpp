// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/event_stream.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace throughline::support {

namespace {

using std::chrono::milliseconds;
using Moment = std::chrono::steady_clock;

constexpr milliseconds head_patience{15000};

int connected_to(std::uint16_t port) {
  int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr const*>(&at), sizeof at) == 0) return socket;
  ::close(socket);
  throw std::runtime_error("can't connect to port " + std::to_string(port));
}

Response parse_head(std::string const& text) {
  Response head;
  head.status = std::stoi(text.substr(text.find(' ') + 1, 3));
  std::size_t at = text.find("\r\n") + 2;
  while (text.compare(at, 2, "\r\n") != 0) {
    auto const end = text.find("\r\n", at);
    auto const colon = text.find(": ", at);
    std::string name = text.substr(at, colon - at);
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    head.headers.emplace_back(name, text.substr(colon + 2, end - colon - 2));
    at = end + 2;
  }
  return head;
}

}  // namespace

EventStream::EventStream(std::uint16_t port, std::string const& target, std::string const& key,
                         Headers const& headers)
    : socket_(connected_to(port)) {
  std::string request = "GET " + target + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n";
  if (!key.empty()) request += "Authorization: Bearer " + key + "\r\n";
  for (auto const& [name, value] : headers) request += name + ": " + value + "\r\n";
  request += "\r\n";
  ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL);
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(head_patience)) throw std::runtime_error("the server does not answer");
  }
  head_ = parse_head(received_.substr(0, end + 4));
  received_.erase(0, end + 4);
}

EventStream::~EventStream() {
  if (socket_ >= 0) ::close(socket_);
}

EventStream::EventStream(EventStream&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      received_(std::move(other.received_)),
      head_(std::move(other.head_)),
      ended_(other.ended_),
      last_id_(std::move(other.last_id_)),
      type_(std::move(other.type_)),
      data_(std::move(other.data_)),
      complete_(std::move(other.complete_)),
      comments_(other.comments_),
      retry_ms_(other.retry_ms_) {}

bool EventStream::fill(milliseconds patience) {
  pollfd waiting{socket_, POLLIN, 0};
  if (ended_ || ::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) return false;
  char buffer[16384];
  auto const size = ::recv(socket_, buffer, sizeof buffer, 0);
  ended_ = size <= 0;
  if (size > 0) received_.append(buffer, static_cast<std::size_t>(size));
  return size > 0;
}

void EventStream::line(std::string const& text) {
  if (text.empty()) {
    if (!data_.empty()) complete_ = Event{type_.empty() ? "message" : type_, data_, last_id_};
    type_.clear();
    data_.clear();
    return;
  }
  if (text.front() == ':') {
    ++comments_;
    return;
  }
  auto const colon = text.find(": ");
  auto const name = text.substr(0, colon);
  auto const value = colon == std::string::npos ? "" : text.substr(colon + 2);
  if (name == "id") last_id_ = value;
  if (name == "event") type_ = value;
  if (name == "data") data_ += data_.empty() ? value : "\n" + value;
  if (name == "retry") retry_ms_ = std::stoi(value);
}

std::optional<Event> EventStream::next(milliseconds patience) {
  auto const deadline = Moment::now() + patience;
  for (;;) {
    auto const end = received_.find('\n');
    if (end != std::string::npos) {
      line(received_.substr(0, end));
      received_.erase(0, end + 1);
      if (complete_) return std::exchange(complete_, std::nullopt);
      continue;
    }
    auto const left = std::chrono::duration_cast<milliseconds>(deadline - Moment::now());
    if (left.count() < 0 || (!fill(left) && (ended_ || left.count() == 0))) return std::nullopt;
  }
}

Event EventStream::take() {
  auto event = next();
  if (!event) throw std::runtime_error(ended_ ? "the stream has ended" : "no event comes");
  return std::move(*event);
}

std::vector<Event> EventStream::until(std::string const& type) {
  std::vector<Event> events;
  do events.push_back(take());
  while (events.back().type != type);
  return events;
}

bool EventStream::ends(milliseconds patience) {
  auto const deadline = Moment::now() + patience;
  while (!ended_ && Moment::now() < deadline) next(milliseconds(50));
  return ended_;
}

}  // namespace throughline::support
