// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/identity_values.hpp"

namespace throughline::context::wire {

/// The body of POST /v1/context: {"identifiers":[{type,value,region?}]}, at least one.
std::vector<identity::Identifier> read_lookup(std::string const& body, Actor const& actor);

}  // namespace throughline::context::wire
