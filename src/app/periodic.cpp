// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/periodic.hpp"

#include <utility>

namespace throughline::app {

Periodic::Periodic(std::chrono::milliseconds interval, std::function<void()> chore)
    : interval_(interval), chore_(std::move(chore)), thread_([this] { work(); }) {}

Periodic::~Periodic() {
  {
    std::lock_guard const lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
  thread_.join();
}

void Periodic::work() {
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, interval_, [this] { return stopped_; })) {
    lock.unlock();
    chore_();
    lock.lock();
  }
}

}  // namespace throughline::app
