// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "throughline/domain/alarms.hpp"

namespace throughline::app {

/// What every module does when a moment has come for its records.
std::vector<alarms::Handler> alarm_handlers();

}  // namespace throughline::app
