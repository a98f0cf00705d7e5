// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include "throughline/base/json.hpp"

namespace throughline::handoffs::wire {
namespace {

To read_to(json::Reader& in) {
  To to;
  to.channel = in.word("channel", channels).value_or("");
  to.queue = in.text("queue").value_or("");
  if (to.queue.find(',') != std::string::npos)
    in.fail("queue",
            "must be a name without a comma, which divides queues where several are named");
  to.agent = in.agent();
  return to;
}

Agent required_agent(json::Reader& in) {
  auto agent = in.agent();
  if (!agent && in.ok()) in.fail("agent", "is required");
  return agent.value_or(Agent{});
}

json::Value seconds(Timestamp from, std::optional<Timestamp> to) {
  if (!to) return {};
  return std::chrono::duration<double>(*to - from).count();
}

json::Value waits(Handoff const& value) {
  json::Value first_message;
  if (value.first_message_at) first_message = seconds(*value.answered_at, value.first_message_at);
  return {{"answer_seconds", seconds(value.offered_at, value.answered_at)},
          {"first_message_seconds", std::move(first_message)}};
}

json::Value or_null(std::optional<bool> flag) {
  return flag ? json::Value(*flag) : json::Value();
}

json::Value to_value(Handoff const& value) {
  return {{"id", value.id.str()},
          {"version", value.version},
          {"status", value.status},
          {"customer_id", value.root.str()},
          {"part_id", value.part.str()},
          {"interaction_id", value.interaction.str()},
          {"channel", value.channel},
          {"case_id", json::or_null(value.case_id)},
          {"from", json::or_null(value.from)},
          {"to",
           {{"channel", json::or_null(value.to.channel)},
            {"queue", json::or_null(value.to.queue)},
            {"agent", json::or_null(value.to.agent)}}},
          {"reason", json::or_null(value.reason)},
          {"offered_at", format_rfc3339(value.offered_at)},
          {"expires_at", format_rfc3339(value.expires_at)},
          {"answered_at", json::or_null(value.answered_at)},
          {"answered_by", json::or_null(value.answered_by)},
          {"answer_reason", json::or_null(value.answer_reason)},
          {"receiving_interaction_id", json::or_null(value.receiving_interaction)},
          {"read_at", json::or_null(value.read_at)},
          {"first_message_at", json::or_null(value.first_message_at)},
          {"read_before_first_message", or_null(value.read_before_first_message)},
          {"waits", waits(value)}};
}

}  // namespace

Offer read_offer(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Offer offer;
  auto const interaction = in.id<InteractionId>("interaction_id");
  if (!interaction && in.ok()) in.fail("interaction_id", "is required");
  if (interaction) offer.interaction = *interaction;
  bool const addressed = in.nested("to", [&](json::Reader& to) { offer.to = read_to(to); });
  bool const named = !offer.to.channel.empty() || !offer.to.queue.empty() || offer.to.agent;
  if (in.ok() && !(addressed && named))
    in.fail("to", "names at least one of channel, queue and agent");
  offer.agent = in.agent();
  offer.reason = in.prose("reason").value_or("");
  offer.summary = in.prose("summary").value_or("");
  offer.open_question = in.prose("open_question").value_or("");
  offer.expires_at = in.time("expires_at");
  in.finish();
  return offer;
}

Accept read_accept(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Accept accept;
  accept.agent = required_agent(in);
  accept.interaction = in.id<InteractionId>("interaction_id");
  in.finish();
  return accept;
}

Refusal read_decline(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Refusal refusal;
  refusal.reason = in.required_prose("reason");
  refusal.agent = in.agent();
  in.finish();
  return refusal;
}

Refusal read_cancel(std::string_view body) {
  if (body.empty()) return {};
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Refusal refusal;
  refusal.reason = in.prose("reason").value_or("");
  refusal.agent = in.agent();
  in.finish();
  return refusal;
}

Agent read_read(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  auto agent = required_agent(in);
  in.finish();
  return agent;
}

std::string to_json(Whole const& whole) {
  auto value = to_value(whole.handoff);
  value["reads"] = json::Value::array();
  for (Read const& read : whole.reads) {
    value["reads"].push_back(
        {{"agent", json::to_value(read.agent)}, {"at", format_rfc3339(read.at)}});
  }
  auto text = json::dump(value);
  text.pop_back();
  return text.append(",\"packet\":").append(whole.packet).append("}");
}

std::vector<std::string> to_json(std::vector<Handoff> const& handoffs) {
  std::vector<std::string> items;
  for (Handoff const& value : handoffs) items.push_back(json::dump(to_value(value)));
  return items;
}

std::string to_refs(HandoffId id) {
  return json::dump({{"id", id.str()}});
}

HandoffId parse_refs(std::string_view refs) {
  return HandoffId::parse(json::parse_object(refs).at("id").get<std::string>()).value();
}

std::vector<Read> parse_reads(std::string_view json) {
  std::vector<Read> reads;
  for (auto const& item : json::Value::parse(json)) {
    reads.push_back({parse_agent(json::dump(item.at("agent"))),
                     parse_rfc3339(item.at("at").get<std::string>()).value()});
  }
  return reads;
}

}  // namespace throughline::handoffs::wire
