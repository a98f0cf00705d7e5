// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/platform/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <vector>

namespace throughline::metrics {

namespace {

prometheus::Histogram::BucketBoundaries const& bucket_bounds(Scale scale) {
  static prometheus::Histogram::BucketBoundaries const machines = {
      50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3,
      50e-3, 0.1,    0.25,   0.5,    1,    2.5,    5,    10};
  static prometheus::Histogram::BucketBoundaries const people = {1,   2.5, 5,   10,   20,   30,  60,
                                                                 120, 300, 600, 1200, 1800, 3600};
  return scale == Scale::machines ? machines : people;
}

}  // namespace

struct Registry::Impl {
  prometheus::Registry series;
  std::mutex mutex;
  std::vector<std::function<void()>> refreshers;  // guarded by mutex
};

void Counter::add(double value) {
  static_cast<prometheus::Counter*>(handle_)->Increment(value);
}
void Gauge::set(double value) {
  static_cast<prometheus::Gauge*>(handle_)->Set(value);
}
void Gauge::add(double value) {
  static_cast<prometheus::Gauge*>(handle_)->Increment(value);
}
void Histogram::observe(double seconds) {
  static_cast<prometheus::Histogram*>(handle_)->Observe(seconds);
}

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter Registry::counter(std::string const& name, std::string const& help, Labels labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(impl_->series);
  return Counter(&family.Add(labels));
}

Gauge Registry::gauge(std::string const& name, std::string const& help, Labels labels) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(impl_->series);
  return Gauge(&family.Add(labels));
}

Histogram Registry::histogram(std::string const& name, std::string const& help, Labels labels,
                              Scale scale) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->series);
  return Histogram(&family.Add(labels, bucket_bounds(scale)));
}

void Registry::on_render(std::function<void()> refresh) {
  std::lock_guard const lock(impl_->mutex);
  impl_->refreshers.push_back(std::move(refresh));
}

std::string Registry::render() {
  {
    std::lock_guard const lock(impl_->mutex);
    for (auto const& refresh : impl_->refreshers) refresh();
  }
  return prometheus::TextSerializer().Serialize(impl_->series.Collect());
}

}  // namespace throughline::metrics
