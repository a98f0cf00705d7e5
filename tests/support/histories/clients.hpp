// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The clients of a history, each on a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "support/histories/reader.hpp"

namespace throughline::histories {

/// Asked after each step: whether the time is not over yet and nothing has gone wrong.
using GoesOn = std::function<bool()>;

/// Calls `run` for every client, numbered from 0, at once, and waits for all. The time is
/// THROUGHLINE_HISTORY_SECONDS, their number THROUGHLINE_HISTORY_CLIENTS. Returns what the first
/// exception of them says, which is the others' end; empty: there was none.
std::string run_clients(std::function<void(int client, GoesOn const&)> const& run);

/// Each client's own.
Dice dice_of(std::uint64_t seed, int client);

}  // namespace throughline::histories
