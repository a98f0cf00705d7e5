// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/histories/checks.hpp"

#include <algorithm>

namespace throughline::histories {

namespace {

constexpr std::size_t context_list_max = 10;
constexpr std::size_t context_identifiers_max = 20;

/// The element whose `member` is `value`, or nullptr.
json const* find(json const& list, char const* member, std::string const& value) {
  auto const found = std::find_if(
      list.begin(), list.end(), [&](json const& item) { return item.value(member, "") == value; });
  return found == list.end() ? nullptr : &*found;
}

/// Whether a list, newest first, is full of records no older than this one.
bool is_full_of_newer(json const& list, std::size_t max, char const* member,
                      std::string const& at) {
  return list.size() >= max && list.back().at(member).get<std::string>() >= at;
}

/// An absent member is null: documents leave out what is not set.
json member(json const& document, std::string const& name) {
  auto const found = document.find(name);
  return found == document.end() ? json() : *found;
}

std::string differing(json const& fields, json const& document) {
  for (auto const& [name, value] : fields.items()) {
    if (member(document, name) != value) {
      return name + " is " + member(document, name).dump() + ", acknowledged was " + value.dump();
    }
  }
  return {};
}

/// A record read by itself: never older than acknowledged; as acknowledged where nobody else wrote.
std::string fault_in_register(Register const& before, Register const& after, json const& document) {
  auto const version = document.at("version").get<std::int64_t>();
  if (version < before.version) {
    return "version " + std::to_string(version) + ", acknowledged was " +
           std::to_string(before.version);
  }
  return settled(before.writes, after.writes) ? differing(before.fields, document) : "";
}

std::string status_of(Register const& state) {
  return state.fields.value("status", "");
}

std::string fault_in_live_or_recent(Interaction const& before, Interaction const& after,
                                    json const& document) {
  auto const& live = document.at("live");
  auto const& recent = document.at("recent_interactions");
  auto const* const in_live = find(live, "interaction_id", before.id);
  bool const in_recent = find(recent, "id", before.id) != nullptr;
  auto const status = status_of(before.state);
  if (status == "ended") {
    if (in_live != nullptr) return "has ended and is shown live";
    bool const cut = is_full_of_newer(recent, context_list_max, "started_at", before.started_at);
    return in_recent || cut ? "" : "has ended and is not among the recent";
  }
  if (!settled(before.state.writes, after.state.writes)) return {};
  if (in_recent) return "is live and shown as ended";
  if (in_live == nullptr) {
    bool const cut = is_full_of_newer(live, context_list_max, "started_at", before.started_at);
    return cut ? "" : "is live and not shown";
  }
  if (!before.messages.empty() && !in_live->contains("last_message_at")) {
    return "has messages and no last_message_at";
  }
  for (auto const* name : {"intent", "case_id"}) {
    if (member(*in_live, name) != before.state.fields.at(name)) {
      return std::string("shows another ") + name + " than was acknowledged";
    }
  }
  return {};
}

/// Notes stand in a context by their text alone.
std::string fault_in_shown_notes(Case const& before, Case const& after, json const& shown) {
  for (auto const& [id, note] : before.notes) {
    if (note.kind == "open_question") continue;
    auto const& list = shown.at(note.kind == "step" ? "steps_taken" : "notes");
    bool const there = find(list, "text", note.text) != nullptr;
    if (!note.replaced_by.empty() && there) return "note " + note.text + " is shown, replaced";
    if (after.notes.at(id).replacing || !note.replaced_by.empty() || there) continue;
    if (!is_full_of_newer(list, context_list_max, "at", note.at)) {
      return "note " + note.text + " is not shown";
    }
  }
  return {};
}

std::string fault_in_open_case(Case const& before, Case const& after, json const& document) {
  auto const& cases = document.at("open_cases");
  auto const* const shown = find(cases, "id", before.id);
  auto const status = status_of(before.state);
  if (status == "closed") return shown == nullptr ? "" : "is closed and shown";
  if (!settled(before.state.writes, after.state.writes)) return {};
  if (shown == nullptr) {
    bool const cut = is_full_of_newer(cases, context_list_max, "opened_at", before.opened_at);
    return cut ? "" : "is " + status + " and not shown";
  }
  if (auto fault = differing(before.state.fields, *shown); !fault.empty()) return fault;
  return fault_in_shown_notes(before, after, *shown);
}

std::string fault_in_person(Person const& before, Person const& after, json const& shown) {
  auto const id = shown.at("id").get<std::string>();
  if (before.known() && settled(before.joins, after.joins) && id != before.root) {
    return "answers under " + id + ", acknowledged was " + before.root;
  }
  if (settled(before.profile.writes, after.profile.writes)) {
    if (auto fault = differing(before.profile.fields, shown); !fault.empty()) return fault;
  }
  auto const& identifiers = shown.at("identifiers");
  for (auto const& value : before.known_by) {
    bool const cut = identifiers.size() >= context_identifiers_max;
    if (!cut && find(identifiers, "value", value) == nullptr) return "lacks " + value;
  }
  return {};
}

}  // namespace

std::vector<std::string> const& interaction_fields() {
  static std::vector<std::string> const names{"status",  "intent",    "case_id",
                                              "summary", "sentiment", "outcome"};
  return names;
}
std::vector<std::string> const& case_fields() {
  static std::vector<std::string> const names{"subject",  "intent",   "status",
                                              "priority", "assignee", "open_question"};
  return names;
}
std::vector<std::string> const& profile_fields() {
  static std::vector<std::string> const names{"display_name", "tier"};
  return names;
}

std::string fault_in_context(Person const& before, Person const& after, json const& document) {
  auto fault = fault_in_person(before, after, document.at("customer"));
  if (!fault.empty()) return "the customer " + fault;
  for (auto const& [id, interaction] : before.interactions) {
    fault = fault_in_live_or_recent(interaction, after.interactions.at(id), document);
    if (!fault.empty()) return "interaction " + id + " " + fault;
  }
  for (auto const& [id, one] : before.cases) {
    fault = fault_in_open_case(one, after.cases.at(id), document);
    if (!fault.empty()) return "case " + id + " " + fault;
  }
  return {};
}

std::string fault_in_customer(Person const& before, Person const& after, json const& document) {
  return fault_in_person(before, after, document);
}

std::string fault_in_timeline(Person const& before, json const& page) {
  std::set<Fact> shown;
  for (auto const& item : page.at("items")) {
    shown.insert({item.at("kind"), item.at("fact"), item.at("resource_id")});
  }
  for (auto const& fact : before.facts) {
    if (!shown.contains(fact) && page.at("next_cursor").is_null()) {
      return fact.kind + " " + fact.fact + " of " + fact.resource + " is missing";
    }
  }
  return {};
}

std::string fault_in_interaction(Person const& before, Person const& after, std::string const& id,
                                 json const& document) {
  auto const& promised = before.interactions.at(id);
  if (document.at("message_count").get<std::size_t>() < promised.messages.size()) {
    return "counts fewer messages than were acknowledged";
  }
  if (settled(before.joins, after.joins) && document.at("customer_id") != before.root) {
    return "belongs to another customer than was acknowledged";
  }
  return fault_in_register(promised.state, after.interactions.at(id).state, document);
}

std::string fault_in_transcript(Interaction const& before, json const& page) {
  std::int64_t seq = 0;
  std::map<std::string, json const*> shown;
  for (auto const& message : page.at("items")) {
    if (message.at("seq") != ++seq) return "skips from message " + std::to_string(seq - 1);
    shown[message.at("id")] = &message;
  }
  for (auto const& [id, message] : before.messages) {
    auto const found = shown.find(id);
    if (found == shown.end()) return "lacks message " + id;
    if (found->second->at("seq") != message.seq) return "numbers message " + id + " anew";
    if (found->second->at("text") != message.text) return "says something else in " + id;
  }
  return {};
}

std::string fault_in_case(Person const& before, Person const& after, std::string const& id,
                          json const& document) {
  if (settled(before.joins, after.joins) && document.at("customer_id") != before.root) {
    return "belongs to another customer than was acknowledged";
  }
  return fault_in_register(before.cases.at(id).state, after.cases.at(id).state, document);
}

std::string fault_in_notes(Case const& before, json const& page) {
  for (auto const& [id, note] : before.notes) {
    auto const* const shown = find(page.at("items"), "id", id);
    if (shown == nullptr) return "lacks note " + id;
    if (shown->at("text") != note.text) return "says something else in " + id;
    if (!note.replaced_by.empty() && member(*shown, "replaced_by") != note.replaced_by) {
      return "does not show that " + id + " was replaced";
    }
  }
  return {};
}

std::string fault_in_cases(Person const& before, json const& page) {
  for (auto const& [id, one] : before.cases) {
    if (find(page.at("items"), "id", id) == nullptr) return "lacks case " + id;
  }
  return {};
}

std::string fault_in_live(Person const& before, Person const& after, json const& page) {
  auto const& items = page.at("items");
  for (auto const& [id, interaction] : before.interactions) {
    bool const there = find(items, "id", id) != nullptr;
    if (status_of(interaction.state) == "ended") {
      if (there) return "shows " + id + ", which has ended";
      continue;
    }
    auto const& now = after.interactions.at(id).state.writes;
    if (there || !settled(interaction.state.writes, now)) continue;
    if (!page.at("next_cursor").is_null() &&
        is_full_of_newer(items, items.size(), "started_at", interaction.started_at)) {
      continue;
    }
    return "lacks " + id;
  }
  return {};
}

}  // namespace throughline::histories
