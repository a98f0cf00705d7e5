// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace throughline::app {

/// openapi/ joined into one document; built into the program.
std::string_view openapi_json();

}  // namespace throughline::app
