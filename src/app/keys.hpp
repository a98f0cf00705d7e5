// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "throughline/platform/config.hpp"

namespace CLI {
class App;
}

namespace throughline::app {

/// Adds `key create`, `key list` and `key revoke`, which work as the database's owner.
void add_key_commands(CLI::App& program);

}  // namespace throughline::app
