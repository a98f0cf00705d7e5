// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/platform/metrics.hpp"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

using namespace throughline;
using Catch::Contains;

TEST_CASE("counters, gauges and histograms appear in the exposition text", "[metrics]") {
  metrics::Registry registry;
  registry.counter("throughline_reads_total", "Reads.", {{"result", "hit"}}).add();
  registry.counter("throughline_reads_total", "Reads.", {{"result", "miss"}}).add(2);
  auto depth = registry.gauge("throughline_queue_depth", "Waiting.");
  depth.set(7);
  depth.add(-3);
  registry.histogram("throughline_request_seconds", "Latency.", {{"route", "/v1/x"}})
      .observe(75e-6);

  auto const text = registry.render();
  CHECK_THAT(text, Contains("# TYPE throughline_reads_total counter"));
  CHECK_THAT(text, Contains("# HELP throughline_reads_total Reads."));
  CHECK_THAT(text, Contains("throughline_reads_total{result=\"hit\"} 1\n"));
  CHECK_THAT(text, Contains("throughline_reads_total{result=\"miss\"} 2\n"));
  CHECK_THAT(text, Contains("throughline_queue_depth 4\n"));
  CHECK_THAT(text, Contains("throughline_request_seconds_count{route=\"/v1/x\"} 1"));
  CHECK_THAT(text, Contains("throughline_request_seconds_bucket{route=\"/v1/x\",le=\"5e-05\"} 0"));
  CHECK_THAT(text, Contains("throughline_request_seconds_bucket{route=\"/v1/x\",le=\"0.0001\"} 1"));
}

TEST_CASE("how long people wait has buckets of its own", "[metrics]") {
  metrics::Registry registry;
  registry.histogram("throughline_wait_seconds", "Waits.", {}, metrics::Scale::people).observe(45);
  auto const text = registry.render();
  CHECK_THAT(text, Contains("throughline_wait_seconds_bucket{le=\"30\"} 0"));
  CHECK_THAT(text, Contains("throughline_wait_seconds_bucket{le=\"60\"} 1"));
  CHECK_THAT(text, Contains("throughline_wait_seconds_bucket{le=\"3600\"} 1"));
}

TEST_CASE("the same name and labels are the same series, from any thread", "[metrics]") {
  metrics::Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&registry] {
      auto counter = registry.counter("throughline_shared_total", "Shared.", {{"a", "b"}});
      for (int i = 0; i < 1000; ++i) counter.add();
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK_THAT(registry.render(), Contains("throughline_shared_total{a=\"b\"} 4000\n"));
}

TEST_CASE("refreshers run before each rendering", "[metrics]") {
  metrics::Registry registry;
  auto pool = registry.gauge("throughline_pool_in_use", "Connections in use.");
  int calls = 0;
  registry.on_render([&] { pool.set(++calls); });
  CHECK_THAT(registry.render(), Contains("throughline_pool_in_use 1\n"));
  CHECK_THAT(registry.render(), Contains("throughline_pool_in_use 2\n"));
}
