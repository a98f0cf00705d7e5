// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Holds what was read against the model. `before` is a copy of what had been acknowledged when the
// reading began, `after` one of when it was done: what was promised before must be there; what
// others may have changed meanwhile is left alone. Each returns what is wrong, empty if nothing.
#pragma once

#include <string>

#include "support/histories/model.hpp"

namespace throughline::histories {

std::string fault_in_context(Person const& before, Person const& after, json const& document);
std::string fault_in_customer(Person const& before, Person const& after, json const& document);
std::string fault_in_timeline(Person const& before, json const& page);
std::string fault_in_interaction(Person const& before, Person const& after, std::string const& id,
                                 json const& document);
std::string fault_in_transcript(Interaction const& before, json const& page);
std::string fault_in_case(Person const& before, Person const& after, std::string const& id,
                          json const& document);
std::string fault_in_notes(Case const& before, json const& page);
/// A list of the person's cases, or of live interactions of all.
std::string fault_in_cases(Person const& before, json const& page);
std::string fault_in_live(Person const& before, Person const& after, json const& page);

/// Fields compared with the model, as answers name them.
std::vector<std::string> const& interaction_fields();
std::vector<std::string> const& case_fields();
std::vector<std::string> const& profile_fields();

}  // namespace throughline::histories
