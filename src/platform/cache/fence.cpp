// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/fence.hpp"

#include <charconv>
#include <utility>

#include "throughline/base/broken.hpp"

namespace throughline::cache {

namespace {

std::optional<std::int64_t> read_number(std::string_view text) {
  std::int64_t number = 0;
  auto const* const end = text.data() + text.size();
  auto const [stopped, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<FenceValue> read_fence(std::string_view text) {
  auto const first = text.find(':');
  auto const last = text.rfind(':');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  auto const epoch = read_number(text.substr(0, first));
  auto const seq = read_number(text.substr(last + 1));
  if (!epoch || !seq) return std::nullopt;
  return FenceValue{*epoch, text.substr(first + 1, last - first - 1), *seq};
}

std::string write_fence(FenceValue const& value) {
  return std::to_string(value.epoch) + ":" + std::string(value.run_id) + ":" +
         std::to_string(value.seq);
}

void Fence::connected(std::string run_id) {
  run_id_ = std::move(run_id);
  epoch_ = 0;
  seq_ = 0;
  looked_ = false;
  until_ = {};
}

void Fence::seen(std::string_view text, Moment sent) {
  auto const value = read_fence(text);
  if (value && !run_id_.empty() && value->run_id == run_id_ && value->seq > seq_) {
    if (looked_) {
      until_ = last_look_ + trust_;
      if (is_broken("fence")) until_ += std::chrono::hours(1);
      epoch_ = value->epoch;
    }
    seq_ = value->seq;
    looked_ = true;
  }
  last_look_ = sent;
}

bool Fence::vouches(std::string_view text) const {
  if (is_broken("fence")) return true;
  auto const value = read_fence(text);
  return value && value->epoch == epoch_ && value->run_id == run_id_;
}

}  // namespace throughline::cache
