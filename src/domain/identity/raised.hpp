// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What is found, as the question that people are asked.
#pragma once

#include "domain/identity/recognise.hpp"
#include "throughline/domain/matches.hpp"

namespace throughline::identity {

inline matches::Raised question_of(CustomerId part, Finding const& finding,
                                   store::Basis const& basis) {
  matches::Raised raised{part, finding.reason, {}, basis.weights.version};
  for (Match const& match : finding.matches) {
    raised.candidates.push_back(
        {match.customer, match.grade, match.score, match.evidence_json, match.against});
  }
  return raised;
}

}  // namespace throughline::identity
