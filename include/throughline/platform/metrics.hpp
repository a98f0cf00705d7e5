// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Counters, gauges and histograms of one instance, in the Prometheus text format (prometheus-cpp
// behind the door). Names start with "throughline_", units last (_seconds, _total).
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace throughline::metrics {

using Labels = std::initializer_list<std::pair<std::string const, std::string>>;

/// Handles are valid as long as the Registry and safe to use from any thread.
class Counter {
 public:
  explicit Counter(void* handle) : handle_(handle) {}
  void add(double value = 1);

 private:
  void* handle_;
};
class Gauge {
 public:
  explicit Gauge(void* handle) : handle_(handle) {}
  void set(double value);
  void add(double value);

 private:
  void* handle_;
};
class Histogram {
 public:
  explicit Histogram(void* handle) : handle_(handle) {}
  /// Seconds.
  void observe(double seconds);

 private:
  void* handle_;
};

/// What a histogram's buckets are for: from 50 µs to 10 s, or from 1 s to an hour.
enum class Scale { machines, people };

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(Registry const&) = delete;
  Registry& operator=(Registry const&) = delete;

  /// The same name and labels give the same series. Look up once and keep the handle.
  Counter counter(std::string const& name, std::string const& help, Labels labels = {});
  Gauge gauge(std::string const& name, std::string const& help, Labels labels = {});
  Histogram histogram(std::string const& name, std::string const& help, Labels labels = {},
                      Scale scale = Scale::machines);
  /// Called before each rendering, to set gauges that are read rather than kept. Must not block.
  void on_render(std::function<void()> refresh);
  /// The text exposition format, version 0.0.4.
  std::string render();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace throughline::metrics
