// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "measures.hpp"

#include "throughline/platform/metrics.hpp"

namespace throughline::handoffs {
namespace {

void count(metrics::Registry& metrics, std::string const& status) {
  metrics
      .counter("throughline_handoffs_total", "Handoffs by what became of them.",
               {{"status", status}})
      .add();
}

}  // namespace

void measure_offer(postgres::Tx& tx) {
  tx.after_commit([](metrics::Registry& metrics) { count(metrics, "offered"); });
}

void measure_answer(postgres::Tx& tx, std::string const& status, std::chrono::microseconds wait) {
  tx.after_commit(
      [status, seconds = std::chrono::duration<double>(wait).count()](metrics::Registry& metrics) {
        count(metrics, status);
        metrics
            .histogram("throughline_handoff_answer_wait_seconds",
                       "From a handoff's offer to its answer, or its end without one.",
                       {{"status", status}}, metrics::Scale::people)
            .observe(seconds);
      });
}

}  // namespace throughline::handoffs
