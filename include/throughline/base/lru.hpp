// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A map whose entries have a cost; those used least recently give way. Not thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace throughline {

/// Hash and Equal may be transparent, so that a lookup need not make a Key.
template <class Key, class Value, class Hash, class Equal = std::equal_to<>>
class Lru {
 public:
  explicit Lru(std::size_t cost_max) : cost_max_(cost_max) {}

  /// Null if absent. What is found counts as used. Valid until the next put.
  template <class Lookup>
  Value* find(Lookup const& key) {
    auto const at = entries_.find(key);
    if (at == entries_.end()) return nullptr;
    order_.splice(order_.begin(), order_, at->second.place);
    return &at->second.value;
  }

  /// Inserts or replaces, then drops the least recently used until the sum of costs fits; an entry
  /// that fits nowhere is dropped itself.
  void put(Key const& key, Value value, std::size_t cost) {
    auto const [at, inserted] = entries_.try_emplace(key);
    Entry& entry = at->second;
    if (inserted) {
      order_.push_front(&at->first);
    } else {
      order_.splice(order_.begin(), order_, entry.place);
      cost_ -= entry.cost;
    }
    entry = Entry{std::move(value), cost, order_.begin()};
    cost_ += cost;
    while (cost_ > cost_max_) drop_last();
  }

  void clear() {
    entries_.clear();
    order_.clear();
    cost_ = 0;
  }

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Value value{};
    std::size_t cost = 0;
    typename std::list<Key const*>::iterator place{};
  };

  void drop_last() {
    auto const at = entries_.find(*order_.back());
    cost_ -= at->second.cost;
    order_.pop_back();
    entries_.erase(at);
  }

  std::size_t const cost_max_;
  std::size_t cost_ = 0;
  std::list<Key const*> order_;  // of the map's own keys, used last first
  std::unordered_map<Key, Entry, Hash, Equal> entries_;
};

}  // namespace throughline
