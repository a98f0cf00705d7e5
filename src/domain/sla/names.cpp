// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "throughline/domain/sla.hpp"

namespace throughline::sla {
namespace {

constexpr std::array<std::string_view, 3> metrics{"first_response", "next_response", "resolution"};
constexpr std::array<std::string_view, 4> states{"active", "paused", "fulfilled", "cancelled"};
constexpr std::array<std::string_view, 8> events{"activated", "paused",    "resumed",  "retargeted",
                                                 "at_risk",   "fulfilled", "breached", "cancelled"};
constexpr std::array<std::string_view, 2> answers{"human", "any"};
static_assert(metrics.size() == static_cast<std::size_t>(Metric::resolution) + 1);
static_assert(states.size() == static_cast<std::size_t>(State::cancelled) + 1);
static_assert(events.size() == static_cast<std::size_t>(Event::cancelled) + 1);
static_assert(answers.size() == static_cast<std::size_t>(Answer::any) + 1);

}  // namespace

std::string_view name(Metric metric) {
  return metrics.at(static_cast<std::size_t>(metric));
}
std::span<std::string_view const> metric_names() {
  return metrics;
}
std::string_view name(State state) {
  return states.at(static_cast<std::size_t>(state));
}
std::span<std::string_view const> state_names() {
  return states;
}
std::string_view name(Event event) {
  return events.at(static_cast<std::size_t>(event));
}
std::string_view name(Answer answer) {
  return answers.at(static_cast<std::size_t>(answer));
}

}  // namespace throughline::sla
