// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include "throughline/base/json.hpp"

namespace throughline::cases::wire {
namespace {

/// A text of a merge patch that null does not clear.
std::optional<std::string> kept(json::Reader& in, std::string_view field) {
  if (!in.has(field)) return std::nullopt;
  return in.required_text(field);
}

std::optional<std::string> kept_word(json::Reader& in, std::string_view field,
                                     std::span<std::string_view const> allowed) {
  if (!in.has(field)) return std::nullopt;
  return in.required_word(field, allowed);
}

}  // namespace

Open read_open(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Open open;
  open.customer = in.id<CustomerId>("customer_id");
  open.interaction = in.id<InteractionId>("interaction_id");
  if (open.customer.has_value() == open.interaction.has_value() && in.ok()) {
    in.fail(open.customer ? "customer_id" : "interaction_id",
            "give exactly one of customer_id and interaction_id");
  }
  open.subject = in.required_text("subject");
  open.intent = in.text("intent").value_or("");
  open.priority = in.word("priority", priorities).value_or("normal");
  open.assignee = in.text("assignee").value_or("");
  if (auto const attributes = in.object("attributes")) open.attributes = json::dump(*attributes);
  open.external_id = in.external_id();
  open.opened_at = in.time("opened_at");
  in.finish();
  return open;
}

Patch read_patch(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Patch patch;
  patch.subject = kept(in, "subject");
  patch.status = kept_word(in, "status", statuses);
  patch.priority = kept_word(in, "priority", priorities);
  if (in.has("intent")) patch.intent = in.text("intent");
  if (in.has("assignee")) patch.assignee = in.text("assignee");
  if (in.has("open_question")) patch.open_question = in.prose("open_question");
  if (in.is_null("attributes")) patch.attributes = "null";
  if (auto const attributes = in.object("attributes")) patch.attributes = json::dump(*attributes);
  in.finish();
  return patch;
}

std::string merge_attributes(std::string const& current, std::string const& patch) {
  auto const before = json::Value::parse(current);
  auto after = before;
  after.merge_patch(json::Value::parse(patch));
  if (after.is_null()) after = json::Value::object();
  if (after == before) return current;
  std::string text = json::dump(after);
  if (text.size() > json::free_object_bytes_max) {
    throw Error({FieldError{
        "/attributes",
        "would grow past " + std::to_string(json::free_object_bytes_max) + " bytes as JSON text"}});
  }
  return text;
}

std::string to_json(Case const& value) {
  return json::dump({{"id", value.id.str()},
                     {"number", value.number},
                     {"customer_id", value.root.str()},
                     {"part_id", value.part.str()},
                     {"opening_interaction_id", json::or_null(value.opening_interaction)},
                     {"version", value.version},
                     {"subject", value.subject},
                     {"intent", json::or_null(value.intent)},
                     {"status", value.status},
                     {"priority", value.priority},
                     {"assignee", json::or_null(value.assignee)},
                     {"open_question", json::or_null(value.open_question)},
                     {"attributes", json::Value::parse(value.attributes)},
                     {"opened_at", format_rfc3339(value.opened_at)},
                     {"resolved_at", json::or_null(value.resolved_at)},
                     {"closed_at", json::or_null(value.closed_at)},
                     {"updated_at", format_rfc3339(value.updated_at)},
                     {"external_id", json::or_null(value.external_id)}});
}

std::vector<std::string> to_json(std::vector<Case> const& cases) {
  std::vector<std::string> items;
  for (Case const& value : cases) items.push_back(to_json(value));
  return items;
}

std::string to_refs(CaseId id) {
  return json::dump({{"id", id.str()}});
}

CaseId parse_refs(std::string_view refs) {
  return CaseId::parse(json::parse_object(refs).at("id").get<std::string>()).value();
}

}  // namespace throughline::cases::wire
