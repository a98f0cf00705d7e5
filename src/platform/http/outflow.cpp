// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/outflow.hpp"

#include <utility>

namespace throughline::http {

Outflow::Put Outflow::put(Piece piece) {
  std::lock_guard const lock(mutex_);
  if (ended_ || gone_) return Put::taken;
  bool const full = waiting_.size() >= limits_.pieces || bytes_ + piece->size() > limits_.bytes;
  if (full) return Put::full;
  bytes_ += piece->size();
  waiting_.push_back(std::move(piece));
  return std::exchange(woken_, true) ? Put::taken : Put::first;
}

bool Outflow::busy() const {
  std::lock_guard const lock(mutex_);
  return waiting_.size() > limits_.pieces / 2 || bytes_ > limits_.bytes / 2;
}

void Outflow::end(Piece last) {
  std::lock_guard const lock(mutex_);
  if (std::exchange(ended_, true)) return;
  waiting_.clear();
  bytes_ = last->size();
  waiting_.push_back(std::move(last));
}

void Outflow::take(std::vector<Piece>& into, std::size_t most) {
  into.clear();
  std::lock_guard const lock(mutex_);
  woken_ = false;
  while (!waiting_.empty() && into.size() < most) {
    bytes_ -= waiting_.front()->size();
    into.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

bool Outflow::over() const {
  std::lock_guard const lock(mutex_);
  return ended_ && waiting_.empty();
}

}  // namespace throughline::http
