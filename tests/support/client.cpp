// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <stdexcept>

namespace throughline::support {

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

bool has_name(Headers const& headers, std::string_view lower_case_name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](auto const& field) { return lower(field.first) == lower_case_name; });
}

/// Not every body is text: what is no UTF-8 is recorded with replacement characters.
void record(std::string const& method, std::string const& target, std::string const& body,
            Response const& response) {
  char const* const file = std::getenv("THROUGHLINE_RECORD");
  if (file == nullptr || *file == '\0') return;
  nlohmann::json const line = {
      {"method", method},          {"target", target},
      {"status", response.status}, {"content_type", response.header("content-type")},
      {"request_body", body},      {"response_body", response.body}};
  static std::mutex mutex;  // tests speak from many threads to one file
  std::lock_guard const lock(mutex);
  std::ofstream(file, std::ios::app)
      << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Response parse_head(std::string_view head) {
  Response response;
  response.status = std::stoi(std::string(head.substr(head.find(' ') + 1, 3)));
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.starts_with("\r\n")) {
    auto const line = head.substr(0, head.find("\r\n"));
    auto const colon = line.find(": ");
    response.headers.emplace_back(lower(std::string(line.substr(0, colon))),
                                  std::string(line.substr(colon + 2)));
    head.remove_prefix(line.size() + 2);
  }
  return response;
}

}  // namespace

std::string Response::header(std::string_view lower_case_name) const {
  for (auto const& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

bool Response::has(std::string_view lower_case_name) const {
  return has_name(headers, lower_case_name);
}

Client::Client(std::uint16_t port, std::string key) : port_(port), key_(std::move(key)) {}

Client::~Client() {
  close();
}

Client::Client(Client&& other) noexcept
    : patience(other.patience),
      recorded(other.recorded),
      port_(other.port_),
      key_(std::move(other.key_)),
      socket_(std::exchange(other.socket_, -1)),
      received_(std::move(other.received_)) {}

void Client::connect() {
  if (socket_ >= 0) return;
  received_.clear();
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port_);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int const yes = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(socket_, reinterpret_cast<sockaddr const*>(&at), sizeof at) != 0) {
    close();
    throw std::runtime_error("can't connect to port " + std::to_string(port_));
  }
}

void Client::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void Client::close_sending() {
  ::shutdown(socket_, SHUT_WR);
}

void Client::send(std::string_view bytes) {
  connect();
  while (!bytes.empty()) {
    auto const size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) throw std::runtime_error("the server does not take what is sent");
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

bool Client::fill() {
  pollfd waiting{socket_, POLLIN, 0};
  if (::poll(&waiting, 1, static_cast<int>(patience.count())) == 0) {
    throw std::runtime_error("no answer within the client's patience");
  }
  char buffer[16384];
  auto const size = ::recv(socket_, buffer, sizeof buffer, 0);
  if (size > 0) received_.append(buffer, static_cast<std::size_t>(size));
  return size > 0;
}

Response Client::receive(std::string_view method) {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) throw std::runtime_error("the server closed instead of answering");
  }
  auto response = parse_head(std::string_view(received_).substr(0, end + 4));
  received_.erase(0, end + 4);
  if (response.status == 100 || response.status == 204 || response.status == 304) return response;
  if (method == "HEAD") return response;
  std::size_t const length = std::stoul(response.header("content-length"));
  while (received_.size() < length) {
    if (!fill()) throw std::runtime_error("the server closed in the middle of a body");
  }
  response.body = received_.substr(0, length);
  received_.erase(0, length);
  if (response.header("connection") == "close") close();
  return response;
}

bool Client::has_received() const {
  char byte = 0;
  return ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

std::string Client::receive_all() {
  while (fill()) {
  }
  close();
  return std::exchange(received_, {});
}

bool Client::closed_by_server() {
  return socket_ < 0 || (!fill() && received_.empty());
}

/// A kept connection may have been closed by the server since the last answer.
void Client::drop_if_closed() {
  char byte = 0;
  if (socket_ >= 0 && ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) close();
}

Response Client::request(std::string const& method, std::string const& target,
                         std::string const& body, Headers const& headers) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!key_.empty() && !has_name(headers, "authorization")) {
    text += "Authorization: Bearer " + key_ + "\r\n";
  }
  if (!body.empty() && !has_name(headers, "content-type")) {
    text += "Content-Type: application/json\r\n";
  }
  if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  for (auto const& [name, value] : headers) text += name + ": " + value + "\r\n";
  text += "\r\n" + body;
  drop_if_closed();
  send(text);
  auto response = receive(method);
  if (recorded) record(method, target, body, response);
  return response;
}

Response Client::get(std::string const& target, Headers const& headers) {
  return request("GET", target, {}, headers);
}
Response Client::head(std::string const& target, Headers const& headers) {
  return request("HEAD", target, {}, headers);
}
Response Client::post(std::string const& target, std::string const& body, Headers const& headers) {
  return request("POST", target, body, headers);
}
Response Client::put(std::string const& target, std::string const& body, Headers const& headers) {
  return request("PUT", target, body, headers);
}
Response Client::patch(std::string const& target, std::string const& body, Headers const& headers) {
  return request("PATCH", target, body, headers);
}
Response Client::del(std::string const& target, Headers const& headers) {
  return request("DELETE", target, {}, headers);
}

}  // namespace throughline::support
