// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <array>

#include "throughline/base/json.hpp"

namespace throughline::notes::wire {
namespace {

constexpr std::array<std::string_view, 4> kinds{"note", "step", "open_question", "disclosure"};

}  // namespace

NewNote read_note(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  NewNote note;
  note.kind = in.required_word("kind", kinds);
  note.text = in.required_prose("text");
  note.channel = in.word("channel", channels).value_or("");
  note.agent = in.agent();
  note.interaction_id = in.id<InteractionId>("interaction_id");
  note.replaces = in.id<NoteId>("replaces");
  note.external_id = in.external_id();
  note.at = in.time("at");
  in.finish();
  return note;
}

std::string to_json(Note const& note) {
  return json::dump({{"id", note.id.str()},
                     {"case_id", note.case_id.str()},
                     {"kind", note.kind},
                     {"text", note.text},
                     {"channel", json::or_null(note.channel)},
                     {"agent", json::or_null(note.agent)},
                     {"interaction_id", json::or_null(note.interaction_id)},
                     {"replaces", json::or_null(note.replaces)},
                     {"replaced_by", json::or_null(note.replaced_by)},
                     {"at", format_rfc3339(note.at)},
                     {"external_id", json::or_null(note.external_id)}});
}

std::vector<std::string> to_json(std::vector<Note> const& notes) {
  std::vector<std::string> items;
  for (Note const& note : notes) items.push_back(to_json(note));
  return items;
}

std::string to_refs(NoteId id) {
  return json::dump({{"id", id.str()}});
}

NoteId parse_refs(std::string_view refs) {
  return NoteId::parse(json::parse_object(refs).at("id").get<std::string>()).value();
}

}  // namespace throughline::notes::wire
