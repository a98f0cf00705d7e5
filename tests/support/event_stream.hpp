// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A reader of server-sent events, as the HTML standard has them, on a plain socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/client.hpp"

namespace throughline::support {

struct Event {
  std::string type;
  std::string data;
  std::string id;  // the last one given, up to and including this event
  nlohmann::json json() const { return nlohmann::json::parse(data); }
};

/// One request, never repeated. Used by one thread.
class EventStream {
 public:
  /// Sends the request and reads the answer's head. Throws std::runtime_error if none comes.
  EventStream(std::uint16_t port, std::string const& target, std::string const& key = {},
              Headers const& headers = {});
  ~EventStream();
  EventStream(EventStream&& other) noexcept;
  EventStream& operator=(EventStream&&) = delete;

  Response const& head() const { return head_; }
  /// The next event; nullopt if none comes in time or the stream has ended.
  std::optional<Event> next(std::chrono::milliseconds patience = std::chrono::seconds(10));
  /// The next one, which must come.
  Event take();
  /// All up to the first of this type, which must come.
  std::vector<Event> until(std::string const& type);
  /// Whether the server closes in time; what comes before is dropped.
  bool ends(std::chrono::milliseconds patience = std::chrono::seconds(10));
  bool ended() const { return ended_; }

  /// As a client keeps it: also moved by what shows no event.
  std::string const& last_id() const { return last_id_; }
  std::size_t comments() const { return comments_; }
  int retry_ms() const { return retry_ms_; }

 private:
  bool fill(std::chrono::milliseconds patience);
  void line(std::string const& text);

  int socket_ = -1;
  std::string received_;
  Response head_;
  bool ended_ = false;
  std::string last_id_, type_, data_;
  std::optional<Event> complete_;
  std::size_t comments_ = 0;
  int retry_ms_ = 0;
};

}  // namespace throughline::support
