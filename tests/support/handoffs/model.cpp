// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/handoffs/model.hpp"

#include <algorithm>
#include <set>

namespace throughline::handoffs {
namespace {

bool is(Answered const& answer, int status, std::string_view code = "") {
  return answer.status == status && (status < 400 || answer.code == code);
}

Over const* in_force(Contact const& contact, Timestamp at) {
  Over const* found = nullptr;
  for (Over const& over : contact.overs) {
    if (over.at <= at) found = &over;
  }
  return found;
}

Passed* open_offer(State& state, std::size_t contact) {
  for (Passed& handoff : state.handoffs) {
    if (handoff.contact == contact && handoff.status == "offered") return &handoff;
  }
  return nullptr;
}

void expire(Passed& handoff) {
  handoff.status = "expired";
  handoff.answered_at = handoff.expires_at;
}

bool follows_offer(State& state, Moment const& moment, Op const& op, Answered const& answer) {
  Contact const& contact = state.contacts.at(op.contact);
  if (!contact.live) return is(answer, 409, "conflict");
  auto const* over = in_force(contact, moment.now);
  if (over != nullptr && op.agent != over->to) return is(answer, 409, "handed_off");
  if (Passed* waiting = open_offer(state, op.contact)) {
    bool const gone = waiting->expires_at <= moment.now;
    bool const told = waiting->expires_at <= moment.rung;
    // Until a sweeper has come through it may stand in the way still.
    if (!gone || (!told && answer.status == 409)) return is(answer, 409, "conflict");
    expire(*waiting);
  }
  if (!is(answer, 201)) return false;
  Passed made;
  made.id = answer.document.at("id");
  made.contact = op.contact;
  made.from = op.agent.empty() ? contact.agent : op.agent;
  made.to_agent = op.to_agent;
  made.expires_at = moment.now + op.lasts;
  made.packet = answer.document.at("packet");
  state.handoffs.push_back(made);
  // What it holds is how things stood between the two requests beside it.
  auto const& lines = made.packet.at("messages");
  return made.packet.at("interaction").at("message_count") == contact.said_by.size() &&
         (lines.empty() ? json("") : lines.back().at("text")) == contact.last_text;
}

void take_over(Contact& contact, Passed const& handoff, Timestamp now) {
  contact.overs.push_back({now, contact.agent, handoff.answered_by});
  contact.agent = handoff.answered_by;
  contact.waiting = handoff.id;
}

void answer_with(Passed& handoff, std::string const& status, std::string const& agent,
                 Timestamp now) {
  handoff.status = status;
  handoff.answered_by = agent;
  handoff.answered_at = now;
}

bool is_open(Passed const& handoff, Moment const& moment) {
  return handoff.status == "offered" && handoff.expires_at > moment.now;
}

bool follows_accept(State& state, Moment const& moment, Op const& op, Answered const& answer) {
  Passed& handoff = state.handoffs.at(op.handoff);
  bool const repeated = handoff.status == "accepted" && handoff.answered_by == op.agent &&
                        handoff.receiving == op.receiving;
  if (repeated) return is(answer, 200);
  if (!is_open(handoff, moment)) return is(answer, 409, "conflict");
  if (!handoff.to_agent.empty() && handoff.to_agent != op.agent) return is(answer, 409, "conflict");
  bool const own =
      op.receiving && (op.receiving == handoff.contact || !state.contacts.at(*op.receiving).live);
  if (handoff.from == op.agent || own) return is(answer, 422, "invalid");
  answer_with(handoff, "accepted", op.agent, moment.now);
  handoff.receiving = op.receiving;
  if (auto const read = handoff.reads.find(op.agent); read != handoff.reads.end())
    handoff.read_at = read->second;
  take_over(state.contacts.at(handoff.contact), handoff, moment.now);
  if (op.receiving) take_over(state.contacts.at(*op.receiving), handoff, moment.now);
  return is(answer, 200);
}

bool follows_refusal(State& state, Moment const& moment, Op const& op, Answered const& answer) {
  Passed& handoff = state.handoffs.at(op.handoff);
  bool const declining = op.kind == Op::Kind::decline;
  std::string const status = declining ? "declined" : "cancelled";
  if (handoff.status == status && handoff.answered_by == op.agent) return is(answer, 200);
  bool const others =
      declining && !handoff.to_agent.empty() && !op.agent.empty() && handoff.to_agent != op.agent;
  if (!is_open(handoff, moment) || others) return is(answer, 409, "conflict");
  answer_with(handoff, status, op.agent, moment.now);
  return is(answer, 200);
}

bool follows_read(State& state, Moment const& moment, Op const& op, Answered const& answer) {
  Passed& handoff = state.handoffs.at(op.handoff);
  bool const first = handoff.reads.emplace(op.agent, moment.now).second;
  if (first && handoff.status == "accepted" && handoff.answered_by == op.agent)
    handoff.read_at = moment.now;
  return is(answer, 200);
}

void hear_receiver(State& state, Contact& contact, Timestamp at) {
  for (Passed& handoff : state.handoffs) {
    if (handoff.id != contact.waiting || handoff.first_message_at) continue;
    handoff.first_message_at = at;
    handoff.read_before = handoff.read_at.has_value();
  }
  contact.waiting.clear();
}

bool follows_say(State& state, Moment const& moment, Op const& op, Answered const& answer) {
  Contact& contact = state.contacts.at(op.contact);
  auto const at = moment.now - op.ago;
  std::string speaker;
  if (op.role == "agent") {
    auto const* over = in_force(contact, at);
    if (over != nullptr && op.agent != over->to) return is(answer, 409, "handed_off");
    auto const& otherwise = contact.overs.empty() ? contact.agent : contact.overs.front().from;
    speaker = op.agent.empty() ? otherwise : op.agent;
  }
  bool const free = contact.overs.empty();
  if (free && contact.live && !op.agent.empty()) contact.agent = op.agent;
  if (op.role == "agent" && !free && at >= contact.overs.back().at)
    hear_receiver(state, contact, at);
  contact.said_by.push_back(speaker);
  contact.last_text = op.text;
  return is(answer, 201) &&
         answer.document.at("messages").at(0).at("seq") == contact.said_by.size();
}

bool follows_end(State& state, Op const& op, Answered const& answer) {
  Contact& contact = state.contacts.at(op.contact);
  if (!contact.live)
    return contact.outcome == op.outcome ? is(answer, 200) : is(answer, 409, "conflict");
  contact.live = false;
  contact.outcome = op.outcome;
  return is(answer, 200);
}

json time_or_null(std::optional<Timestamp> at) {
  return at ? json(format_rfc3339(*at)) : json();
}

json id_of_agent(json const& agent) {
  return agent.is_null() ? json("") : agent.at("id");
}

/// Whether it may be shown as offered: no sweeper has surely come through.
bool may_wait(Passed const& handoff, Moment const& moment) {
  return handoff.status == "offered" && handoff.expires_at > moment.rung;
}

}  // namespace

bool follows(State& state, Moment const& moment, Op const& op, Answered const& answer) {
  switch (op.kind) {
    case Op::Kind::offer:
      return follows_offer(state, moment, op, answer);
    case Op::Kind::accept:
      return follows_accept(state, moment, op, answer);
    case Op::Kind::decline:
    case Op::Kind::cancel:
      return follows_refusal(state, moment, op, answer);
    case Op::Kind::read:
      return follows_read(state, moment, op, answer);
    case Op::Kind::say:
      return follows_say(state, moment, op, answer);
    case Op::Kind::summarise:
      return is(answer, 200);
    case Op::Kind::end:
      return follows_end(state, op, answer);
  }
  return false;
}

std::string fault_in_handoff(State const& state, Moment const& moment, Passed const& expected,
                             json const& document) {
  Passed handoff = expected;
  bool const expired = handoff.status == "offered" && handoff.expires_at <= moment.now;
  bool const told = document.at("status") == "expired" || !may_wait(handoff, moment);
  if (expired && told) expire(handoff);
  json const receiving =
      handoff.receiving ? json(state.contacts.at(*handoff.receiving).id) : json();
  json const wanted{
      {"status", handoff.status},
      {"interaction_id", state.contacts.at(handoff.contact).id},
      {"expires_at", format_rfc3339(handoff.expires_at)},
      {"answered_at", time_or_null(handoff.answered_at)},
      {"receiving_interaction_id", receiving},
      {"read_at", time_or_null(handoff.read_at)},
      {"first_message_at", time_or_null(handoff.first_message_at)},
      {"read_before_first_message", handoff.read_before ? json(*handoff.read_before) : json()},
      {"packet", handoff.packet}};
  for (auto const& [name, value] : wanted.items()) {
    if (document.at(name) != value)
      return "handoff " + handoff.id + " has " + name + " " + document.at(name).dump() + ", not " +
             value.dump();
  }
  if (id_of_agent(document.at("answered_by")) != handoff.answered_by)
    return "handoff " + handoff.id + " was answered by " + document.at("answered_by").dump();
  if (document.at("reads").size() != handoff.reads.size())
    return "handoff " + handoff.id + " was read by " + document.at("reads").dump();
  return {};
}

std::string fault_in_contact(Contact const& expected, json const& document) {
  if (id_of_agent(document.at("agent")) != expected.agent)
    return "interaction " + expected.id + " has the agent " + document.at("agent").dump() +
           ", not " + expected.agent;
  if (document.at("status") != (expected.live ? "live" : "ended"))
    return "interaction " + expected.id + " is " + document.at("status").dump();
  json const over =
      expected.overs.empty() ? json() : json(format_rfc3339(expected.overs.back().at));
  if (document.at("handed_over_at") != over)
    return "interaction " + expected.id + " was handed over at " +
           document.at("handed_over_at").dump();
  return {};
}

std::string fault_in_transcript(Contact const& expected, json const& page) {
  auto const& items = page.at("items");
  std::size_t const shown = std::min<std::size_t>(expected.said_by.size(), 200);
  if (items.size() != shown) return "the transcript has " + std::to_string(items.size()) + " lines";
  for (std::size_t i = 0; i < shown; ++i) {
    if (id_of_agent(items[i].at("agent")) != expected.said_by[i])
      return "line " + std::to_string(i + 1) + " was said by " + items[i].at("agent").dump() +
             ", not " + expected.said_by[i];
  }
  return {};
}

std::string fault_in_pending(State const& state, Moment const& moment, json const& pending) {
  std::set<std::string> shown, must, may;
  for (auto const& item : pending) shown.insert(item.at("id").get<std::string>());
  for (Passed const& handoff : state.handoffs) {
    if (handoff.status != "offered") continue;
    if (handoff.expires_at > moment.now) must.insert(handoff.id);
    if (may_wait(handoff, moment)) may.insert(handoff.id);
  }
  bool const sound = std::includes(shown.begin(), shown.end(), must.begin(), must.end()) &&
                     std::includes(may.begin(), may.end(), shown.begin(), shown.end());
  return sound ? std::string() : "the context shows as pending " + pending.dump();
}

json agent_json(std::string const& id) {
  return {{"kind", id.starts_with("bot") ? "bot" : "human"}, {"id", id}};
}

}  // namespace throughline::handoffs
