// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What one I/O thread knows of the fence, and so whether it may believe the Redis process at the
// other end of its connection. Reads no clock: the moment is given.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace throughline::cache {

/// A fence's text: "<epoch>:<run_id>:<seq>". `seq` only grows while a Redis process lives.
struct FenceValue {
  std::int64_t epoch = 0;
  std::string_view run_id;
  std::int64_t seq = 0;
};
std::optional<FenceValue> read_fence(std::string_view text);
std::string write_fence(FenceValue const& value);

/// Trust begins when the fence, naming the very process that was asked, was seen to move, and ends
/// `trust` after the last move. That the fence is there proves nothing: it may be a copy that an
/// earlier master left behind, or an old answer read late. That it moved between two looks proves
/// that it was granted after the earlier one was sent.
class Fence {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  explicit Fence(std::chrono::milliseconds trust) : trust_(trust) {}

  /// A new connection, to this process. All that was seen over the last one is forgotten.
  void connected(std::string run_id);
  void lost() { connected({}); }
  /// What a look that was sent at `sent` has found; empty: nothing. Looks come in order.
  void seen(std::string_view text, Moment sent);

  bool trusted(Moment now) const { return now < until_; }
  /// When trust ends, unless it is renewed: an answer counts within the trust it was asked under.
  Moment until() const { return until_; }
  /// Of the fence last seen to move.
  std::int64_t epoch() const { return epoch_; }
  /// Whether an answer that carries this fence is of the process and epoch trusted.
  bool vouches(std::string_view text) const;
  /// When it was last seen to move, at the latest.
  Moment moved_at() const { return until_ - trust_; }

 private:
  std::chrono::milliseconds const trust_;
  std::string run_id_;
  std::int64_t epoch_ = 0;
  std::int64_t seq_ = 0;  // the highest seen over this connection
  bool looked_ = false;   // and found a fence of this process
  Moment last_look_{};
  Moment until_{};
};

}  // namespace throughline::cache
