// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Handoffs as /metrics counts them, each by the instance that committed it. What the receiver says
// first is counted where it is heard: in interactions.
#pragma once

#include <chrono>
#include <string>

#include "throughline/platform/postgres.hpp"

namespace throughline::handoffs {

void measure_offer(postgres::Tx& tx);
/// `status`: what it came to; `wait`: of the offering side, until then.
void measure_answer(postgres::Tx& tx, std::string const& status, std::chrono::microseconds wait);

}  // namespace throughline::handoffs
