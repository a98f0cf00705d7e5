// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A wire to a TCP server that a test can cut, hold or refuse: what a network does on a bad day.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace throughline::support {

/// Listens on a free port of 127.0.0.1 and passes every connection on. Its knobs may be turned at
/// any time and count for connections that are open, too.
class Relay {
 public:
  Relay(std::string host, std::string port);
  ~Relay();
  Relay(Relay const&) = delete;
  Relay& operator=(Relay const&) = delete;

  std::string port() const { return std::to_string(port_); }

  /// New connections are closed at once.
  void refuse(bool on) { refusing_ = on; }
  /// Connections made from here on lead to this port of the same host; those that are open stay.
  void lead_to(std::string port);
  /// Ends every open connection.
  void drop() { ++drops_; }
  /// Nothing the server says is passed on.
  void hold(bool on) { holding_ = on; }
  /// The same for the one connection that the server knows by this port of its client; 0: for none.
  void deafen(std::uint16_t port) { deaf_ = port; }
  /// The next time a client sends `text` it reaches the server, whose answer then cuts the
  /// connection instead of reaching the client.
  void cut_answer_to(std::string text);
  /// The next time a client sends `text` the connection is cut instead: it reaches nobody.
  void cut_before(std::string text);
  /// Connections that clients tried to open.
  int accepted() const { return accepted_; }
  /// How often a client spoke up after the server had answered: round trips.
  int turns() const { return turns_; }

 private:
  void accept_until(std::stop_token stop);
  void pass(int client, std::stop_token stop);
  enum class Cut { no, before, after };  // what was sent, or its answer, is not passed on
  Cut mark_of(std::string_view sent);
  std::string server_port();

  std::string const host_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> refusing_ = false;
  std::atomic<bool> holding_ = false;
  std::atomic<std::uint16_t> deaf_ = 0;
  std::atomic<int> accepted_ = 0;
  std::atomic<int> turns_ = 0;
  std::atomic<int> drops_ = 0;
  std::mutex mutex_;
  std::string server_port_;            // guarded by mutex_
  std::string marked_;                 // guarded by mutex_; empty: nothing is
  Cut cut_ = Cut::no;                  // guarded by mutex_; what it is marked for
  struct Passing {
    std::shared_ptr<std::atomic<bool>> over;
    std::jthread thread;
  };
  std::vector<Passing> passing_;       // by the listening thread alone
  std::jthread listening_;             // last: it uses all of the above
};

}  // namespace throughline::support
