// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The text of one log line: pure, so that escaping can be tested without a thread or a file.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "throughline/base/time.hpp"
#include "throughline/platform/log.hpp"

namespace throughline::log {

/// One JSON object without a line end: "at", "level", "event", then the fields in their order.
/// Always valid JSON and valid UTF-8, whatever the texts hold: broken bytes become U+FFFD. A number
/// that JSON cannot express (infinity) is null.
std::string line(Timestamp at, Level level, std::string_view event,
                 std::initializer_list<Field> fields);

}  // namespace throughline::log
