// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Notes as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/notes.hpp"

namespace throughline::notes::wire {

/// The body of POST /v1/cases/{id}/notes. Throws Error naming every bad field.
NewNote read_note(std::string_view body);

std::string to_json(Note const& note);
std::vector<std::string> to_json(std::vector<Note> const& notes);

/// What the idempotency record keeps of an added note, and back.
std::string to_refs(NoteId id);
NoteId parse_refs(std::string_view refs);

}  // namespace throughline::notes::wire
