// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/work_queue.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <latch>

namespace throughline::http {
namespace {

using std::chrono::milliseconds;

}  // namespace

TEST_CASE("each job is either run or expired, once", "[http]") {
  metrics::Registry metrics;
  std::atomic<int> run = 0;
  std::atomic<int> expired = 0;
  int pushed = 0;
  {
    WorkQueue queue(4, 100, milliseconds(1), metrics);
    for (int i = 0; i < 2000; ++i) {
      if (i % 100 == 0) std::this_thread::sleep_for(milliseconds(2));
      pushed += queue.push({[&, i] {
                              std::this_thread::sleep_for(milliseconds(i % 50 == 0 ? 1 : 0));
                              ++run;
                            },
                            [&] { ++expired; }});
    }
  }
  CHECK(run + expired == pushed);
}

TEST_CASE("a full queue takes no more", "[http]") {
  metrics::Registry metrics;
  WorkQueue queue(1, 2, milliseconds(10000), metrics);
  std::latch begun(1);
  std::promise<void> gate;
  auto const blocked = [&] {
    begun.count_down();
    gate.get_future().wait();
  };
  CHECK(queue.push({blocked, [] {}}));
  begun.wait();
  std::atomic<int> run = 0;
  CHECK(queue.push({[&] { ++run; }, [] {}}));
  CHECK_FALSE(queue.full());
  CHECK(queue.push({[&] { ++run; }, [] {}}));
  CHECK(queue.full());
  CHECK_FALSE(queue.push({[&] { ++run; }, [] {}}));
  gate.set_value();
  while (run != 2) std::this_thread::yield();
  CHECK_FALSE(queue.full());
}

TEST_CASE("who waits too long is told while the workers are still busy", "[http]") {
  metrics::Registry metrics;
  WorkQueue queue(1, 10, milliseconds(50), metrics);
  std::promise<void> gate;
  std::promise<void> expired;
  queue.push({[&] { gate.get_future().wait(); }, [] {}});
  queue.push({[] {}, [&] { expired.set_value(); }});
  CHECK(expired.get_future().wait_for(milliseconds(2000)) == std::future_status::ready);
  gate.set_value();
}

TEST_CASE("stopping expires what waits and finishes what runs", "[http]") {
  metrics::Registry metrics;
  WorkQueue queue(1, 10, milliseconds(10000), metrics);
  std::latch begun(1);
  std::atomic<bool> finished = false;
  std::atomic<bool> expired = false;
  queue.push({[&] {
                begun.count_down();
                std::this_thread::sleep_for(milliseconds(50));
                finished = true;
              },
              [] {}});
  begun.wait();
  queue.push({[] {}, [&] { expired = true; }});
  queue.stop();
  CHECK(finished);
  CHECK(expired);
  CHECK_FALSE(queue.push({[] {}, [] {}}));
}

}  // namespace throughline::http
