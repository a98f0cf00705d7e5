// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "excerpt.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace throughline::context {

void Excerpt::add_left_out(std::string_view kind, std::size_t count) {
  if (count > 0) left_out_[kind] += count;
}

Excerpt::Cut Excerpt::cut(std::size_t bytes_max) const {
  std::vector<std::size_t> order(items_.size());
  std::iota(order.begin(), order.end(), 0);
  auto const importance = [&](std::size_t i) {
    return std::tuple(items_[i].rank, items_[i].nth, i);
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return importance(a) < importance(b); });

  std::size_t taken = 0;
  for (std::size_t bytes = 0; taken < order.size(); ++taken) {
    bytes += items_[order[taken]].text.size();
    if (bytes > bytes_max) break;
  }
  Cut result{{}, left_out_};
  for (auto i = order.begin() + static_cast<std::ptrdiff_t>(taken); i != order.end(); ++i) {
    ++result.left_out[items_[*i].kind];
  }
  order.resize(taken);
  std::sort(order.begin(), order.end());
  for (auto const i : order) result.texts.push_back(items_[i].text);
  return result;
}

}  // namespace throughline::context
