// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A process of a test's own, to be killed and paused without warning.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace throughline::faults {

struct Command {
  std::vector<std::string> words;
  std::vector<std::string> environment = {};  // NAME=value, beside the test's own
  std::string output = "/dev/null";           // a file to append to
  /// Under root: run as an account that is not. PostgreSQL insists.
  bool unprivileged = false;
};

/// Dies with the test. Used by one thread at a time.
class Process {
 public:
  Process() = default;  // none runs
  explicit Process(Command const& command);
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;

  bool running();
  /// At once, with all that descend from it.
  void kill();
  /// The same, but nothing is ended: they stand still until resumed.
  void pause();
  void resume();
  /// Asks it to end (SIGTERM) and waits.
  void stop();
  /// Waits for its end; its exit code, or -1 if a signal ended it.
  int wait();

 private:
  void signal_all(int number);

  pid_t process_ = 0;  // 0: none
};

/// Runs to the end; what it wrote to standard output. Throws std::runtime_error if it failed.
std::string run(Command command);

/// A port of 127.0.0.1 that was free a moment ago, below the range of outgoing connections.
std::uint16_t free_port();

/// A folder that goes with its owner; of the account of unprivileged commands.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
  std::string const& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace throughline::faults
