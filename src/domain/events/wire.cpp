// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <algorithm>
#include <array>

#include "throughline/base/json.hpp"
#include "throughline/domain/identity_wire.hpp"

namespace throughline::events::wire {

namespace {

constexpr std::array<std::string_view, 3> status_words{"created", "repeated", "failed"};

// The tenant's own words, but words: they end up in filters and dashboards.
bool is_type(std::string_view text) {
  auto const inner = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), inner);
}

NewEvent read_event(json::Reader& in, Actor const& actor) {
  NewEvent event;
  event.subject = identity::read_subject(in, actor);
  event.type = in.required_text("type", type_length_max);
  if (!event.type.empty() && !is_type(event.type)) {
    in.fail("type", "must start with a-z and hold only a-z, 0-9, _ and .");
  }
  auto const at = in.time("at");
  if (!in.has("at")) in.fail("at", "is required: when it happened, RFC 3339");
  event.at = at.value_or(actor.now);
  if (event.at > actor.now + ahead_max) {
    in.fail("at", "must not lie more than an hour in the future");
  }
  event.channel = std::string(in.word("channel", channels).value_or(""));
  event.case_id = in.id<CaseId>("case_id");
  event.external_id = in.external_id();
  if (auto attributes = in.object("attributes")) event.attributes = json::dump(*attributes);
  return event;
}

Element read_element(json::Value const& item, Actor const& actor) {
  if (!item.is_object()) return std::vector<FieldError>{{"", "must be an object"}};
  try {
    json::Reader reader(item);
    auto event = read_event(reader, actor);
    reader.finish();
    return event;
  } catch (Error const& error) {
    return error.fields();
  }
}

json::Value to_value(Result const& result) {
  json::Value value{{"status", status_words[static_cast<std::size_t>(result.status)]}};
  if (result.id) value["id"] = result.id->str();
  if (result.customer) value["customer_id"] = result.customer->str();
  for (auto const& field : result.errors) {
    value["errors"].push_back({{"pointer", field.pointer}, {"detail", field.detail}});
  }
  for (auto const& candidate : result.candidates) {
    value["candidates"].push_back({{"id", candidate.customer.str()}, {"grade", candidate.grade}});
  }
  return value;
}

}  // namespace

std::vector<Element> read(std::string const& body, Actor const& actor) {
  auto const object = json::parse_object(body);
  json::Reader reader(object);
  auto const list = object.find("events");
  bool const usable = list != object.end() && list->is_array() && !list->empty() &&
                      list->size() <= events_per_request_max;
  if (!reader.has("events") || !usable) {
    reader.fail("events", "is required: an array of 1 to " +
                              std::to_string(events_per_request_max) + " events");
  }
  reader.finish();
  std::vector<Element> elements;
  for (auto const& item : *list) elements.push_back(read_element(item, actor));
  return elements;
}

std::string to_refs(std::span<Result const> results) {
  auto list = json::Value::array();
  for (auto const& result : results) list.push_back(to_value(result));
  return json::dump(list);
}

std::string to_answer(std::string const& refs) {
  auto answer = json::Value::object();
  for (auto const word : status_words) answer[std::string(word)] = 0;
  auto results = json::Value::parse(refs);
  for (auto const& result : results) {
    auto& count = answer[result.at("status").get<std::string>()];
    count = count.get<int>() + 1;
  }
  answer["results"] = std::move(results);
  return json::dump(answer);
}

}  // namespace throughline::events::wire
