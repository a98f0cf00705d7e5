// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Between COMMIT and answer: no cache may contradict what is said. For one write or a batch.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "platform/http/visit.hpp"
#include "throughline/platform/cache.hpp"

namespace throughline::http {

using Answers = std::vector<std::pair<VisitPtr, Reply>>;

/// Any thread.
class Settling {
 public:
  using Told = std::function<void(std::span<postgres::Touched const>)>;
  /// One store per I/O thread, in their order. `told` is told of the roots of each commit; may be
  /// empty.
  Settling(std::vector<std::shared_ptr<cache::Store>> stores, Told told)
      : stores_(std::move(stores)), told_(std::move(told)) {}

  /// Sends the answers, each on its own I/O thread, once the commit they share is settled, or a
  /// problem to those who will not wait for that (Prefer).
  void settle(cache::Commit commit, Answers answers) const;
  /// A transaction of these roots may or may not take effect.
  void doubt(std::span<postgres::Touched const> roots) const { stores_.front()->doubt(roots); }

 private:
  std::vector<std::shared_ptr<cache::Store>> const stores_;
  Told const told_;
};

/// Each I/O thread is woken once.
void answer_all(Answers answers);

}  // namespace throughline::http
