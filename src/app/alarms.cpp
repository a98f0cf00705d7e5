// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/alarms.hpp"

#include <iterator>
#include <utility>

#include "throughline/domain/cases.hpp"
#include "throughline/domain/commitments.hpp"
#include "throughline/domain/handoffs.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/sla.hpp"
#include "throughline/domain/warnings.hpp"

namespace throughline::app {

namespace {

void append(std::vector<alarms::Handler>& all, std::vector<alarms::Handler> module) {
  all.insert(all.end(), std::make_move_iterator(module.begin()),
             std::make_move_iterator(module.end()));
}

}  // namespace

std::vector<alarms::Handler> alarm_handlers() {
  std::vector<alarms::Handler> all;
  append(all, cases::alarms());
  append(all, commitments::alarms());
  append(all, handoffs::alarms());
  append(all, interactions::alarms());
  append(all, warnings::alarms());
  append(all, sla::alarms());
  return all;
}

}  // namespace throughline::app
