// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/faults/history.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

namespace throughline::faults {

Micros History::now() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               start_)
      .count();
}

std::size_t History::begin(std::string what, std::string key, std::vector<Put> puts) {
  std::lock_guard const lock(mutex_);
  Write write;
  write.what = std::move(what);
  write.key = std::move(key);
  write.puts = std::move(puts);
  write.begun = now();
  records_.writes.push_back(std::move(write));
  return records_.writes.size() - 1;
}

void History::attempted(std::size_t number, std::string answer) {
  std::lock_guard const lock(mutex_);
  ++records_.writes[number].attempts;
  records_.writes[number].last_answer = std::move(answer);
}

void History::acknowledge(std::size_t number, std::vector<Put> learnt) {
  std::lock_guard const lock(mutex_);
  auto& write = records_.writes[number];
  for (auto& put : learnt) write.puts.push_back(std::move(put));
  write.acknowledged = now();
}

void History::add(Read read) {
  std::lock_guard const lock(mutex_);
  records_.reads.push_back(std::move(read));
}

void History::deliver(Delivered fact) {
  std::lock_guard const lock(mutex_);
  records_.feed.push_back(std::move(fact));
}

void History::note(std::string what) {
  std::lock_guard const lock(mutex_);
  records_.notes.emplace_back(now(), std::move(what));
}

void History::fail(std::string what) {
  std::lock_guard const lock(mutex_);
  records_.failures.push_back(std::move(what));
  records_.failed_at = std::min(records_.failed_at, now());
}

History::Records History::records() const {
  std::lock_guard const lock(mutex_);
  return records_;
}

History::Records History::take() {
  std::lock_guard const lock(mutex_);
  return std::exchange(records_, {});
}

namespace {

json to_json(Write const& write) {
  json puts = json::array();
  for (auto const& put : write.puts) puts.push_back({put.view, put.token, put.replaces});
  return {{"write", write.what},        {"key", write.key},
          {"begun", write.begun},       {"acknowledged", write.acknowledged},
          {"attempts", write.attempts}, {"puts", puts},
          {"answer", write.last_answer}};
}

json to_json(Read const& read) {
  json saw = json::array();
  for (auto const& one : read.saw) saw.push_back({one.view, one.tokens, one.most});
  return {{"read", read.what}, {"begun", read.begun}, {"ended", read.ended}, {"saw", saw}};
}

json to_json(Delivered const& fact) {
  return {{"fact", fact.token},
          {"position", fact.position},
          {"customer", fact.customer},
          {"version", fact.version},
          {"at", fact.at}};
}

Write write_of(json const& line) {
  Write write;
  write.what = line.at("write");
  write.key = line.at("key");
  write.begun = line.at("begun");
  write.acknowledged = line.at("acknowledged");
  write.attempts = line.at("attempts");
  write.last_answer = line.at("answer");
  for (auto const& put : line.at("puts")) write.puts.push_back({put[0], put[1], put[2]});
  return write;
}

Read read_of(json const& line) {
  Read read;
  read.what = line.at("read");
  read.begun = line.at("begun");
  read.ended = line.at("ended");
  for (auto const& saw : line.at("saw")) read.saw.push_back({saw[0], saw[1], saw[2]});
  return read;
}

}  // namespace

void save(History::Records const& records, std::string const& file) {
  std::ofstream out(file);
  for (auto const& [at, what] : records.notes) {
    out << json{{"note", what}, {"at", at}}.dump() << "\n";
  }
  for (auto const& what : records.failures) out << json{{"failure", what}}.dump() << "\n";
  for (auto const& write : records.writes) out << to_json(write).dump() << "\n";
  for (auto const& read : records.reads) out << to_json(read).dump() << "\n";
  for (auto const& fact : records.feed) out << to_json(fact).dump() << "\n";
}

History::Records load(std::string const& file) {
  std::ifstream in(file);
  History::Records records;
  for (std::string text; std::getline(in, text);) {
    auto const line = json::parse(text);
    if (line.contains("note")) {
      records.notes.emplace_back(line.at("at"), line.at("note"));
    } else if (line.contains("failure")) {
      records.failures.push_back(line.at("failure"));
    } else if (line.contains("write")) {
      records.writes.push_back(write_of(line));
    } else if (line.contains("read")) {
      records.reads.push_back(read_of(line));
    } else {
      records.feed.push_back({line.at("position"), line.at("fact"), line.at("customer"),
                              line.at("version"), line.at("at")});
    }
  }
  return records;
}

}  // namespace throughline::faults
