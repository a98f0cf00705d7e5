// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/settling.hpp"

#include <algorithm>
#include <chrono>
#include <map>

#include "platform/http/prefer.hpp"
#include "platform/http/problem.hpp"

namespace throughline::http {

namespace {

constexpr char unsettled_text[] =
    "The write is done, but a read may not show it yet; repeat the request with its "
    "Idempotency-Key for its answer.";
constexpr char unsettled_keyless_text[] =
    "The write is done, but a read may not show it yet. Without an Idempotency-Key its answer "
    "can't be asked for again: a repeat would be a second write.";

/// Instead of the answer to a write that is done, while a cache may still contradict it.
Reply unsettled(Reply done, std::string const& request_id) {
  auto const key = std::find_if(done.headers.begin(), done.headers.end(), [](auto const& header) {
    return header.first == "Idempotency-Key";
  });
  bool const keyed = key != done.headers.end();
  auto reply = problem(Error(Code::unavailable, keyed ? unsettled_text : unsettled_keyless_text)
                           .retry_after(std::chrono::seconds(1)),
                       request_id);
  if (keyed) reply.headers.push_back(std::move(*key));
  return reply;
}

}  // namespace

void answer_all(Answers answers) {
  std::map<std::size_t, Answers> by_thread;
  for (auto& answer : answers) by_thread[answer.first->thread()].push_back(std::move(answer));
  for (auto& [thread, theirs] : by_thread) {
    auto const via = theirs.front().first;
    via->post([shared = std::make_shared<Answers>(std::move(theirs))] {
      for (auto& [visit, reply] : *shared) visit->answer(std::move(reply));
    });
  }
}

void Settling::settle(cache::Commit commit, Answers answers) const {
  if (commit.roots.empty()) return answer_all(std::move(answers));
  if (told_) told_(commit.roots);
  // Nearly always one group: hardly anybody says how long.
  std::map<std::chrono::milliseconds, Answers> by_wait;
  for (auto& answer : answers) {
    by_wait[preferred_wait(answer.first->request())].push_back(std::move(answer));
  }
  for (auto& [wait, theirs] : by_wait) {
    auto const via = theirs.front().first;
    auto const shared = std::make_shared<Answers>(std::move(theirs));
    via->post([store = stores_[via->thread()], commit, wait = wait, shared, via] {
      store->settle(commit, wait, [shared, here = via->thread()](bool settled) {
        Answers elsewhere;
        for (auto& [visit, reply] : *shared) {
          if (!settled) reply = unsettled(std::move(reply), visit->request().id);
          if (visit->thread() == here) {
            visit->answer(std::move(reply));
          } else {
            elsewhere.emplace_back(std::move(visit), std::move(reply));
          }
        }
        answer_all(std::move(elsewhere));
      });
    });
  }
}

}  // namespace throughline::http
