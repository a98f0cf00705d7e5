// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace throughline::app {

/// Adds `identity estimate` and `identity index`, for one tenant each.
void add_identity_commands(CLI::App& program);

}  // namespace throughline::app
