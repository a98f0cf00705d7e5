// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/histories/clients.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "support/random_text.hpp"

namespace throughline::histories {

namespace {

constexpr int seconds_default = 4;
constexpr int clients_default = 4;

int setting(char const* name, int otherwise) {
  char const* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::stoi(value);
}

}  // namespace

std::string run_clients(std::function<void(int client, GoesOn const&)> const& run) {
  test::Budget const budget(
      std::chrono::seconds(setting("THROUGHLINE_HISTORY_SECONDS", seconds_default)));
  std::atomic<bool> over{false};
  std::mutex mutex;
  std::string failure;  // the first; guarded by mutex
  GoesOn const goes_on = [&] { return !over && budget.lasts(); };
  auto const guarded = [&](int client) {
    try {
      run(client, goes_on);
    } catch (std::exception const& broken) {
      over = true;
      std::lock_guard const lock(mutex);
      if (failure.empty()) failure = broken.what();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < setting("THROUGHLINE_HISTORY_CLIENTS", clients_default); ++i) {
    threads.emplace_back(guarded, i);
  }
  for (auto& thread : threads) thread.join();
  return failure;
}

Dice dice_of(std::uint64_t seed, int client) {
  return Dice(seed * 1000003 + static_cast<std::uint64_t>(client));
}

}  // namespace throughline::histories
