// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A chore with a thread of its own, done every so often until it is stopped.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace throughline::app {

class Periodic {
 public:
  /// `chore` must not throw; the first time is after one interval.
  Periodic(std::chrono::milliseconds interval, std::function<void()> chore);
  ~Periodic();
  Periodic(Periodic const&) = delete;
  Periodic& operator=(Periodic const&) = delete;

 private:
  void work();

  std::chrono::milliseconds const interval_;
  std::function<void()> const chore_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace throughline::app
