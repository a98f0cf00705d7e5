// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A small blocking HTTP client on plain sockets, which can also say what no decent client would.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace throughline::support {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Response {
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;

  /// Empty if absent.
  std::string header(std::string_view lower_case_name) const;
  bool has(std::string_view lower_case_name) const;
  /// The body, which must be JSON.
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

/// One connection to 127.0.0.1; opened on first use, again after the server closed it. Used by one
/// thread. Every exchange of request() is appended to the file that THROUGHLINE_RECORD names, as a
/// line of JSON, to be checked against the API's description.
class Client {
 public:
  /// `key` is sent as the bearer; empty: none.
  explicit Client(std::uint16_t port, std::string key = {});
  ~Client();
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;

  /// `body` as application/json unless a Content-Type is given; none is sent if it is empty and the
  /// method needs none. Throws std::runtime_error if no answer comes within `patience`.
  Response request(std::string const& method, std::string const& target, std::string const& body,
                   Headers const& headers = {});
  Response get(std::string const& target, Headers const& headers = {});
  Response head(std::string const& target, Headers const& headers = {});
  Response post(std::string const& target, std::string const& body, Headers const& headers = {});
  Response put(std::string const& target, std::string const& body, Headers const& headers = {});
  Response patch(std::string const& target, std::string const& body, Headers const& headers = {});
  Response del(std::string const& target, Headers const& headers = {});

  /// Raw mode: bytes as they are, then answers one by one. `method` tells whether a body follows.
  void send(std::string_view bytes);
  Response receive(std::string_view method = "GET");
  /// Whether bytes wait to be received.
  bool has_received() const;
  /// What arrives until the server closes, or until nothing came for `patience`.
  std::string receive_all();
  /// Whether the server closes within `patience`, without sending anything more.
  bool closed_by_server();
  void close_sending();
  void close();

  std::chrono::milliseconds patience{10000};
  /// Off for routes that only a test knows: no API document describes them.
  bool recorded = true;

 private:
  void connect();
  void drop_if_closed();
  bool fill();  // false: the server closed

  std::uint16_t port_;
  std::string key_;
  int socket_ = -1;
  std::string received_;
};

}  // namespace throughline::support
