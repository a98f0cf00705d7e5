// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include "throughline/base/json.hpp"

namespace throughline::commitments::wire {

NewCommitment read_new(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  NewCommitment asked;
  asked.what = in.required_prose("what");
  if (!in.has("due_at") || in.is_null("due_at")) in.fail("due_at", "is required");
  asked.due_at = in.time("due_at").value_or(Timestamp());
  asked.channel = in.word("channel", channels).value_or("");
  asked.agent = in.agent();
  asked.interaction_id = in.id<InteractionId>("interaction_id");
  asked.external_id = in.external_id();
  asked.at = in.time("at");
  in.finish();
  return asked;
}

Patch read_patch(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Patch patch;
  if (in.has("what")) patch.what = in.required_prose("what");
  if (in.is_null("due_at")) in.fail("due_at", "a promise has one");
  patch.due_at = in.time("due_at");
  if (in.has("status")) patch.status = in.required_word("status", statuses);
  patch.settled_at = in.time("settled_at");
  patch.agent = in.agent();
  in.finish();
  return patch;
}

std::string to_json(Commitment const& value) {
  return json::dump({{"id", value.id.str()},
                     {"case_id", value.case_id.str()},
                     {"customer_id", value.root.str()},
                     {"part_id", value.part.str()},
                     {"version", value.version},
                     {"what", value.what},
                     {"due_at", format_rfc3339(value.due_at)},
                     {"status", value.status},
                     {"overdue", value.overdue},
                     {"channel", json::or_null(value.channel)},
                     {"agent", json::or_null(value.agent)},
                     {"interaction_id", json::or_null(value.interaction_id)},
                     {"at", format_rfc3339(value.at)},
                     {"settled_at", json::or_null(value.settled_at)},
                     {"settled_by", json::or_null(value.settled_by)},
                     {"updated_at", format_rfc3339(value.updated_at)},
                     {"external_id", json::or_null(value.external_id)}});
}

std::vector<std::string> to_json(std::vector<Commitment> const& commitments) {
  std::vector<std::string> items;
  for (Commitment const& value : commitments) items.push_back(to_json(value));
  return items;
}

std::string to_refs(CommitmentId id) {
  return json::dump({{"id", id.str()}});
}

CommitmentId parse_refs(std::string_view refs) {
  return CommitmentId::parse(json::parse_object(refs).at("id").get<std::string>()).value();
}

}  // namespace throughline::commitments::wire
