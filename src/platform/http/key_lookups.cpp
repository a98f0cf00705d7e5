// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/key_lookups.hpp"

#include <utility>

#include "platform/http/problem.hpp"

namespace throughline::http {

namespace {

constexpr char busy_text[] =
    "Too many keys are being seen for the first time; repeat after a moment.";

}  // namespace

KeyLookups::KeyLookups(auth::Keys& keys, Crossing& crossing, metrics::Registry& metrics)
    : keys_(keys), crossing_(crossing), shed_(shed_counter(metrics, "key_lookups")) {}

void KeyLookups::admit(VisitPtr const& visit, std::function<void()> admitted) {
  std::string const presented(presented_key(visit->request()));
  switch (stand_in_line(presented, {visit, std::move(admitted)})) {
    case Place::first:
      return look_up(presented);
    case Place::behind_others:
      return;
    case Place::none:
      shed_.add();
      visit->answer(problem(Error(Code::unavailable, busy_text), visit->request().id));
  }
}

KeyLookups::Place KeyLookups::stand_in_line(std::string const& presented, Waiting waiting) {
  std::lock_guard const lock(mutex_);
  auto line = lines_.find(presented);
  bool const first = line == lines_.end();
  if (first && lines_.size() == key_lookups_max) return Place::none;
  if (first) line = lines_.try_emplace(presented).first;
  line->second.push_back(std::move(waiting));
  return first ? Place::first : Place::behind_others;
}

void KeyLookups::look_up(std::string const& presented) {
  crossing_.to_worker(
      [this, presented] { found(presented, keys_.look_up(presented)); },
      [this, presented](std::exception_ptr const& thrown) { failed(presented, thrown); });
}

void KeyLookups::found(std::string const& presented, Key const& key) {
  Line done;
  bool again = false;
  {
    std::lock_guard const lock(mutex_);
    auto const line = lines_.find(presented);
    auto& waiting = line->second;
    if (key || waiting.size() == 1) {
      done = std::move(waiting);
      lines_.erase(line);
    } else {  // the others came after the question, so the key may have been made meanwhile
      done.push_back(std::move(waiting.front()));
      waiting.erase(waiting.begin());
      again = true;
    }
  }
  for (auto const& waiting : done) let_in(waiting, key);
  if (again) look_up(presented);
}

void KeyLookups::failed(std::string const& presented, std::exception_ptr const& thrown) {
  Line line;
  {
    std::lock_guard const lock(mutex_);
    line = std::move(lines_.extract(presented).mapped());
  }
  for (auto const& waiting : line) crossing_.fail(waiting.visit, thrown);
}

void KeyLookups::let_in(Waiting const& waiting, Key const& key) {
  waiting.visit->post([this, waiting, key] {
    try {
      waiting.visit->admit(key);
      waiting.admitted();
    } catch (...) {
      crossing_.fail(waiting.visit, std::current_exception());
    }
  });
}

}  // namespace throughline::http
