// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include "throughline/base/json.hpp"
#include "throughline/domain/identity_wire.hpp"

namespace throughline::context::wire {

std::vector<identity::Identifier> read_lookup(std::string const& body, Actor const& actor) {
  auto const object = json::parse_object(body);
  json::Reader reader(object);
  auto found = identity::read_identifiers(reader, "identifiers", actor, 1);
  reader.finish();
  return found;
}

}  // namespace throughline::context::wire
