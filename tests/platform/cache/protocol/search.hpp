// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Explicit-state search, breadth first: visits every state that a model can reach and stops at the
// first that breaks its promise, so that the way there is a shortest one.
//
// A model has
//   State                  small, trivially copyable, without padding: states are kept and compared
//                          as bytes
//   std::vector<State> initial() const
//   void next(State const&, Emit&& emit) const
//                          calls emit(who, what, State) for every step that can come next; both
//                          texts live for ever
//   bool broken(State const&) const
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

namespace throughline::protocol {

struct Outcome {
  std::size_t states = 0;
  bool broken = false;
  bool complete = false;           // nothing reachable is left; never together with `broken`
  std::vector<std::string> story;  // the steps to the broken state

  std::string told() const {
    std::string text;
    for (std::size_t i = 0; i < story.size(); ++i) {
      text += "  " + std::to_string(i + 1) + ". " + story[i] + "\n";
    }
    return text;
  }
};

/// No model may outgrow the machine of a test run.
inline constexpr std::size_t states_max = 20'000'000;

/// States in the order in which they were met, each once.
template <class State>
class Visited {
 public:
  static_assert(std::has_unique_object_representations_v<State>);
  static_assert(std::is_trivially_copyable_v<State>);

  std::size_t size() const { return states_.size(); }
  State const& operator[](std::size_t at) const { return states_[at]; }
  std::uint32_t parent(std::size_t at) const { return parents_[at]; }

  /// False if it was there already.
  bool insert(State const& state, std::uint32_t parent) {
    if (states_.size() * 2 >= slots_.size()) grow();
    auto& slot = slots_[slot_of(state)];
    if (slot != empty) return false;
    slot = static_cast<std::uint32_t>(states_.size());
    states_.push_back(state);
    parents_.push_back(parent);
    return true;
  }

 private:
  static constexpr std::uint32_t empty = 0xFFFFFFFF;

  static std::size_t hash(State const& state) {
    constexpr std::size_t word = sizeof(std::uint64_t);
    std::uint64_t sum = 0x9E3779B97F4A7C15;
    auto const* const bytes = reinterpret_cast<unsigned char const*>(&state);
    for (std::size_t at = 0; at < sizeof state; at += word) {
      std::uint64_t part = 0;
      std::memcpy(&part, bytes + at, sizeof state - at < word ? sizeof state - at : word);
      sum = (sum ^ part) * 0xD6E8FEB86659FD93;
      sum ^= sum >> 32;
    }
    return sum;
  }

  std::size_t slot_of(State const& state) const {
    std::size_t at = hash(state) & (slots_.size() - 1);
    while (slots_[at] != empty && std::memcmp(&states_[slots_[at]], &state, sizeof state) != 0) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return at;
  }

  void grow() {
    slots_.assign(slots_.size() * 2, empty);
    for (std::size_t i = 0; i < states_.size(); ++i) {
      slots_[slot_of(states_[i])] = static_cast<std::uint32_t>(i);
    }
  }

  std::vector<State> states_;
  std::vector<std::uint32_t> parents_;  // from which each was first met; the first ones: themselves
  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(1024, empty);
};

template <class Model>
std::vector<std::string> story_of(Model const& model, Visited<typename Model::State> const& visited,
                                  std::size_t at) {
  std::vector<std::string> story;
  while (visited.parent(at) != at) {
    std::size_t const before = visited.parent(at);
    std::string line;
    model.next(visited[before], [&](char const* who, char const* what, auto const& state) {
      bool const same = std::memcmp(&state, &visited[at], sizeof state) == 0;
      if (same && line.empty()) line = std::string(who) + " " + what;
    });
    story.insert(story.begin(), line);
    at = before;
  }
  return story;
}

template <class Model>
Outcome search(Model const& model) {
  using State = typename Model::State;
  Visited<State> visited;
  for (State const& state : model.initial()) {
    visited.insert(state, static_cast<std::uint32_t>(visited.size()));
  }
  for (std::size_t at = 0; at < visited.size() && visited.size() < states_max; ++at) {
    State const state = visited[at];  // a copy: inserting moves what is kept
    if (model.broken(state)) return {visited.size(), true, false, story_of(model, visited, at)};
    model.next(state, [&](char const*, char const*, State const& next) {
      visited.insert(next, static_cast<std::uint32_t>(at));
    });
  }
  return {visited.size(), false, visited.size() < states_max, {}};
}

}  // namespace throughline::protocol
