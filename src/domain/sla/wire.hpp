// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Clocks as JSON.
#pragma once

#include <string>
#include <vector>

#include "throughline/domain/sla.hpp"

namespace throughline::sla::wire {

/// With their history.
std::vector<std::string> whole(std::vector<Shown> const& clocks);
/// Without.
std::vector<std::string> brief(std::vector<Shown> const& clocks);

}  // namespace throughline::sla::wire
