// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "throughline/base/broken.hpp"
#include "throughline/domain/changes.hpp"

namespace throughline::changes {

// A mark is judged by the caller's own snapshot: another thread's newer one may have settled marks
// that this one can't rely on yet. So settled marks stay until there is no more room.
Horizon::Reach Horizon::advance(View const& view, Timestamp now) {
  std::lock_guard const guard(mutex_);
  bool const added = view.newest > (marks_.empty() ? 0 : marks_.back().newest);
  if (added) marks_.push_back({view.newest, view.next_id, now});

  auto const is_settled = [&](Mark const& mark) { return mark.next_id <= view.oldest_open; };
  auto const waiting = std::find_if(marks_.rbegin(), marks_.rend(), is_settled).base();
  Reach reach;
  if (waiting != marks_.begin()) reach.bound = std::prev(waiting)->newest;
  if (is_broken("horizon")) reach.bound = view.newest;
  reach.first_look = added && std::distance(waiting, marks_.end()) == 1;
  trails_ = std::chrono::microseconds{0};
  if (waiting != marks_.end()) trails_ = std::max(trails_, now - waiting->at);

  if (marks_.size() > marks_max) {
    bool const front_is_spare = is_settled(marks_[1]);
    marks_.erase(front_is_spare ? marks_.begin() : marks_.end() - 2);
  }
  return reach;
}

std::chrono::microseconds Horizon::trails() const {
  std::lock_guard const guard(mutex_);
  return trails_;
}

}  // namespace throughline::changes
