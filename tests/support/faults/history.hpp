// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What clients asked for and what they were told, with the times of both. Everything a check needs
// stands in here, so that a history can be saved and checked again.
//
// A view is something that is read: "messages:<id>", "timeline:<id>", "name:<id>" … A write says
// what it puts into which views, a read what it saw there.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace throughline::faults {

using nlohmann::json;

/// Since the history began.
using Micros = std::int64_t;
inline constexpr Micros never = INT64_MAX;

struct Put {
  std::string view;
  std::string token;
  /// A view of one value: the token takes the place of the one before.
  bool replaces = false;
};

struct Write {
  std::string what;  // method, target and body, for people
  std::string key;   // Idempotency-Key
  std::string last_answer;
  int attempts = 0;
  Micros begun = 0;
  Micros acknowledged = never;  // never: whether it happened is not known
  /// Known before it is sent, or learnt with the answer (ids).
  std::vector<Put> puts;
};

struct Saw {
  std::string view;
  std::vector<std::string> tokens;
  /// Only so many are shown: what is missing from a full list has not been missed.
  std::size_t most = SIZE_MAX;
};

struct Read {
  std::string what;  // target, and which instance
  Micros begun = 0;
  Micros ended = 0;
  std::vector<Saw> saw;
};

/// A fact as the reader of the feed got it.
struct Delivered {
  std::int64_t position = 0;
  std::string token;
  std::string customer;
  std::int64_t version = 0;
  Micros at = 0;
};

/// Thread-safe. Times are its own.
class History {
 public:
  Micros now() const;

  /// The number of a write; finished by its acknowledgement, or never.
  std::size_t begin(std::string what, std::string key, std::vector<Put> puts);
  void attempted(std::size_t number, std::string answer);
  void acknowledge(std::size_t number, std::vector<Put> learnt);
  void add(Read read);
  void deliver(Delivered fact);
  /// A fault, or anything else that helps to understand.
  void note(std::string what);
  /// What no history may contain whatever came before: an answer of 500, a missing record.
  void fail(std::string what);

  struct Records {
    std::vector<Write> writes;
    std::vector<Read> reads;
    std::vector<Delivered> feed;
    std::vector<std::pair<Micros, std::string>> notes;
    std::vector<std::string> failures;
    Micros failed_at = never;  // the first of them
  };
  Records records() const;
  /// All of it, which is forgotten here: what follows is a new chapter, on the same clock.
  Records take();

 private:
  std::chrono::steady_clock::time_point const start_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  Records records_;  // guarded by mutex_
};

/// One JSON document a line.
void save(History::Records const& records, std::string const& file);
History::Records load(std::string const& file);

}  // namespace throughline::faults
