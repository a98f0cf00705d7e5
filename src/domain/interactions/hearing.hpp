// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What lines do to their contact, beside being written down: they keep it alive or revive it, say
// who speaks now and how the customer feels. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "store.hpp"

namespace throughline::interactions {

struct Heard {
  bool revived = false;             // it had fallen silent, and is live again
  bool felt = false;                // a line said how the customer feels
  std::vector<std::string> fields;  // that changed besides
};

/// The contacts of requests in which a line says how the customer feels.
std::vector<InteractionId> contacts_that_tell(std::span<Appending::Asked const> asked);

/// Of a request's lines, those that are not repeated; `at` says when each was said. Changes the
/// tail, its version included.
Heard hear(Appending::Asked const& one, std::span<Appended const> appended,
           std::span<Timestamp const> at, store::Tail& tail);

}  // namespace throughline::interactions
