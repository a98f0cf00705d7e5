// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A Redis process of one test's own, to be killed, paused and restarted at will.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace throughline::support {

/// Listens on 127.0.0.1 on a port that was free; keeps nothing on disk. Dies with the test.
class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> more_arguments = {});
  ~RedisServer();
  RedisServer(RedisServer const&) = delete;
  RedisServer& operator=(RedisServer const&) = delete;

  /// `login` is what stands before the host, "@" included.
  std::string url(std::string const& login = {}) const;
  std::uint16_t port() const { return port_; }

  /// On the same port, empty; returns once it accepts connections. Nothing if it runs.
  void start();
  /// At once, as by kill -9. Nothing if it does not run.
  void kill();
  /// Stops answering without closing anything, until resumed.
  void pause();
  void resume();

 private:
  std::vector<std::string> const more_arguments_;
  std::uint16_t const port_;
  pid_t process_ = 0;  // 0: not running
};

}  // namespace throughline::support
