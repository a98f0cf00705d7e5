// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Keys that this instance does not know yet are looked up one by one: a flood of invented keys must
// not take the workers from those who have one.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/http/dispatch.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::http {

/// Different keys that may be looked up at a time; requests with yet another one are answered 503.
inline constexpr std::size_t key_lookups_max = 32;

class KeyLookups {
 public:
  using Key = std::shared_ptr<auth::Key>;  // nullptr: no such key is valid

  KeyLookups(auth::Keys& keys, Crossing& crossing, metrics::Registry& metrics);

  /// I/O thread. Admits the visit once its key is known and then calls `admitted` on its I/O
  /// thread; answers it with 401, 403 or 503 otherwise. Requests with one key share a look-up;
  /// those that joined it when it was under way don't take its "unknown" for an answer.
  void admit(VisitPtr const& visit, std::function<void()> admitted);

 private:
  struct Waiting {
    VisitPtr visit;
    std::function<void()> admitted;
  };
  using Line = std::vector<Waiting>;
  enum class Place { first, behind_others, none };

  Place stand_in_line(std::string const& presented, Waiting waiting);
  void look_up(std::string const& presented);
  void found(std::string const& presented, Key const& key);
  void failed(std::string const& presented, std::exception_ptr const& thrown);
  void let_in(Waiting const& waiting, Key const& key);

  auth::Keys& keys_;
  Crossing& crossing_;
  metrics::Counter shed_;
  std::mutex mutex_;
  std::unordered_map<std::string, Line> lines_;  // guarded by mutex_; by key, those who wait for it
};

}  // namespace throughline::http
