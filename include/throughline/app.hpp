// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The program: commands that others script against (docs/OPERATING.md lists them).
#pragma once

namespace throughline::app {

/// Reads the command line, runs one command, returns the process's exit code: 0, 1 (the command
/// failed; one line on standard error says why), or CLI11's codes for a wrong command line.
int run(int argc, char const* const* argv);

}  // namespace throughline::app
