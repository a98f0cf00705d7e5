// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "platform/cache/behaviour.hpp"

using namespace throughline;
using throughline::tests::key_number;

namespace {

constexpr TenantId ours{1};
constexpr TenantId theirs{2};
CustomerId root(int number) {
  return key_number(number).root;
}

}  // namespace

TEST_CASE("a hint leads to the root last kept, within its tenant", "[cache]") {
  cache::Hints hints(1000);
  CustomerId found{};
  CHECK_FALSE(hints.find(ours, "phone:+1", found));
  hints.keep(ours, "phone:+1", root(1));
  CHECK(hints.find(ours, "phone:+1", found));
  CHECK(found == root(1));
  CHECK_FALSE(hints.find(theirs, "phone:+1", found));
  CHECK_FALSE(hints.find(ours, "phone:+12", found));
  hints.keep(ours, "phone:+1", root(2));
  CHECK(hints.find(ours, "phone:+1", found));
  CHECK(found == root(2));
}

TEST_CASE("hints are bounded; those used last stay", "[cache]") {
  cache::Hints hints(100);
  CustomerId found{};
  hints.keep(ours, "used", root(1));
  for (int i = 0; i < 500; ++i) {
    hints.keep(ours, "n" + std::to_string(i), root(i));
    REQUIRE(hints.find(ours, "used", found));
  }
  int kept = 0;
  for (int i = 0; i < 500; ++i) kept += hints.find(ours, "n" + std::to_string(i), found);
  CHECK(kept == 99);
}

TEST_CASE("hints serve many threads", "[cache]") {
  cache::Hints hints(5000);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        auto const name = "n" + std::to_string(i % 7000);
        hints.keep(ours, name, root(i % 7000));
        CustomerId found{};
        if (hints.find(ours, name, found)) wrong += found != root(i % 7000);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}
