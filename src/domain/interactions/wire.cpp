// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include "throughline/base/json.hpp"
#include "throughline/domain/identity_wire.hpp"

namespace throughline::interactions::wire {
namespace {

constexpr std::array<std::string_view, 2> directions{"inbound", "outbound"};
constexpr std::array<std::string_view, 5> outcomes{"resolved", "unresolved", "escalated",
                                                   "transferred", "abandoned"};

json::Value to_value(Interaction const& value) {
  json::Value shown{{"id", value.id.str()},
                    {"customer_id", value.root.str()},
                    {"part_id", value.part.str()},
                    {"version", value.version},
                    {"channel", value.channel},
                    {"direction", value.direction},
                    {"status", value.status},
                    {"agent", json::or_null(value.agent)},
                    {"intent", json::or_null(value.intent)},
                    {"case_id", json::or_null(value.case_id)},
                    {"sentiment", json::or_null(value.sentiment)},
                    {"sentiment_trend", json::or_null(value.trend)},
                    {"summary", json::or_null(value.summary)},
                    {"outcome", json::or_null(value.outcome)},
                    {"match",
                     {{"decision", value.decision},
                      {"grade", json::or_null(value.grade)},
                      {"assurance", json::or_null(value.assurance)}}},
                    {"message_count", value.message_count},
                    {"started_at", format_rfc3339(value.started_at)},
                    {"ended_at", json::or_null(value.ended_at)},
                    {"fell_silent", value.fell_silent},
                    {"last_message_at", json::or_null(value.last_message_at)},
                    {"handed_over_at", json::or_null(value.handed_over_at)},
                    {"external_id", json::or_null(value.external_id)}};
  for (auto const& candidate : value.candidates) {
    shown["candidates"].push_back({{"id", candidate.customer.str()}, {"grade", candidate.grade}});
  }
  return shown;
}

InteractionId id_in(json::Value const& refs) {
  return InteractionId::parse(refs.at("id").get<std::string>()).value();
}

}  // namespace

Start read_start(std::string_view body, Actor const& actor) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Start start;
  start.channel = in.required_word("channel", channels);
  start.direction = in.required_word("direction", directions);
  start.subject.identifiers = identity::read_identifiers(in, "identifiers", actor, 0);
  start.subject.customer = in.id<CustomerId>("customer_id");
  start.agent = in.agent();
  start.intent = in.text("intent").value_or("");
  start.case_id = in.id<CaseId>("case_id");
  start.external_id = in.external_id();
  start.started_at = in.time("started_at");
  in.finish();
  return start;
}

Patch read_patch(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Patch patch;
  if (in.has("case_id")) patch.case_id = in.id<CaseId>("case_id");
  if (in.has("intent")) patch.intent = in.text("intent");
  if (in.has("sentiment")) patch.sentiment = in.number("sentiment", -1, 1);
  if (in.has("summary")) patch.summary = in.prose("summary");
  in.finish();
  return patch;
}

End read_end(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  End end;
  end.outcome = in.required_word("outcome", outcomes);
  end.summary = in.prose("summary");
  end.ended_at = in.time("ended_at");
  in.finish();
  return end;
}

identity::Subject read_identify(std::string_view body, Actor const& actor) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  auto subject = identity::read_subject(in, actor);
  in.finish();
  return subject;
}

void read_heartbeat(std::string_view body) {
  if (body.empty()) return;
  auto const value = json::parse_object(body);
  json::Reader(value).finish();
}

std::string to_json(Interaction const& value) {
  return json::dump(to_value(value));
}

std::vector<std::string> to_json(std::vector<Interaction> const& interactions) {
  std::vector<std::string> items;
  for (Interaction const& value : interactions) items.push_back(to_json(value));
  return items;
}

std::string not_attached_json(Start const& asked, Started const& started) {
  auto list = json::Value::array();
  for (auto const& [place, reason] : started.not_attached) {
    auto const& identifier = asked.subject.identifiers.at(place);
    list.push_back({{"type", identifier.type}, {"value", identifier.value}, {"reason", reason}});
  }
  return json::dump(list);
}

std::string started_json(Interaction const& value, bool created, StartedParts const& parts) {
  std::string text = "{\"interaction\":" + parts.interaction + ",\"customer\":" + parts.customer;
  text.append(",\"created\":").append(created ? "true" : "false");
  text.append(",\"match\":").append(json::dump(to_value(value).at("match")));
  if (!parts.candidates.empty()) text.append(",\"candidates\":").append(parts.candidates);
  if (!parts.not_attached.empty()) text.append(",\"not_attached\":").append(parts.not_attached);
  if (!parts.context.empty()) text.append(",\"context\":").append(parts.context);
  return text + "}";
}

std::string identified_json(std::string const& interaction, std::string const& customer) {
  return "{\"interaction\":" + interaction + ",\"customer\":" + customer + "}";
}

std::string to_refs(InteractionId id) {
  return json::dump({{"id", id.str()}});
}

InteractionId parse_refs(std::string_view refs) {
  return id_in(json::parse_object(refs));
}

std::string to_refs(Started const& started) {
  json::Value refs{{"id", started.id.str()}, {"created", started.created}};
  for (auto const& [place, reason] : started.not_attached) {
    refs["not_attached"].push_back({{"place", place}, {"reason", reason}});
  }
  return json::dump(refs);
}

Started parse_started_refs(std::string_view refs) {
  auto const value = json::parse_object(refs);
  Started started{id_in(value), false, value.at("created").get<bool>()};
  for (auto const& one : value.value("not_attached", json::Value::array())) {
    started.not_attached.push_back(
        {one.at("place").get<std::size_t>(), one.at("reason").get<std::string>()});
  }
  return started;
}

std::string candidates_column(std::vector<identity::Candidate> const& candidates) {
  auto list = json::Value::array();
  for (auto const& candidate : candidates) {
    list.push_back({{"customer_id", candidate.customer.str()}, {"grade", candidate.grade}});
  }
  return json::dump(list);
}

std::vector<identity::Candidate> parse_candidates(std::string_view column) {
  std::vector<identity::Candidate> candidates;
  for (auto const& item : json::Value::parse(column)) {
    candidates.push_back({CustomerId::parse(item.at("customer_id").get<std::string>()).value(),
                          item.at("grade").get<std::string>()});
  }
  return candidates;
}

std::string hand_overs_column(HandOvers const& all) {
  auto list = json::Value::array();
  for (HandOver const& one : all) {
    list.push_back({{"at", format_rfc3339(one.at)},
                    {"from", json::or_null(one.from)},
                    {"to", json::to_value(one.to)}});
  }
  return json::dump(list);
}

HandOvers parse_hand_overs(std::string_view column) {
  HandOvers all;
  for (auto const& item : json::Value::parse(column)) {
    HandOver one;
    one.at = parse_rfc3339(item.at("at").get<std::string>()).value();
    if (!item.at("from").is_null()) one.from = parse_agent(json::dump(item.at("from")));
    one.to = parse_agent(json::dump(item.at("to")));
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace throughline::interactions::wire
