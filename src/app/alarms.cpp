// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/alarms.hpp"

namespace throughline::app {

std::vector<alarms::Handler> alarm_handlers() {
  return {};
}

}  // namespace throughline::app
