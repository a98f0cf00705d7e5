// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "throughline/platform/config.hpp"

namespace throughline::app {

/// `serve`: runs an Instance until SIGTERM or SIGINT, then drains; a second signal ends at once.
void add_serve_command(CLI::App& program);

}  // namespace throughline::app
