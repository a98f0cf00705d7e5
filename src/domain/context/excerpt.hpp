// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// As much of a context as fits into so many bytes: whole items, the most important first. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace throughline::context {

/// In order of importance.
enum class Rank {
  person,  // who it is, and what to be careful about
  warning,
  live,  // who is talking with them on another channel
  handoff,
  promise,
  problem,  // a case, its open question and its clocks
  step,
  note,
  contact,
  name,  // by which they are known
  profile
};

class Excerpt {
 public:
  /// Something told of the customer. Of two with the same rank, the one that comes earlier among
  /// its kin (`nth`) is the more important, and of those the one that was added first.
  struct Item {
    Rank rank;
    std::size_t nth = 0;
    std::string_view kind;  // what it is counted as where it is left out; a literal, in the plural
    std::string text;       // as it will stand there
  };

  void add(Item item) { items_.push_back(std::move(item)); }
  /// So many more that the document itself has left out.
  void add_left_out(std::string_view kind, std::size_t count);

  struct Cut {
    std::vector<std::string> texts;  // in the order in which they were added
    std::map<std::string_view, std::size_t> left_out;
  };
  /// The items up to the first that does not fit, in order of importance: nothing is shown that is
  /// less important than something left out.
  Cut cut(std::size_t bytes_max) const;

 private:
  std::vector<Item> items_;
  std::map<std::string_view, std::size_t> left_out_;
};

}  // namespace throughline::context
