// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "excerpt.hpp"
#include "fence.hpp"
#include "throughline/base/json.hpp"
#include "wire_values.hpp"
#include "wire_views.hpp"

namespace throughline::context::wire {
namespace {

using json::Value;

constexpr std::string_view kind = "attributes";

/// Attributes that belong together: there together or not at all.
class Group {
 public:
  explicit Group(std::string prefix = {}) : prefix_(std::move(prefix)) {}
  /// Empty values are left out, as they are in the document.
  Group& add(std::string const& name, std::string const& value) {
    if (value.empty()) return *this;
    text_ += json::dump(prefix_ + name) + ":" + json::dump(flat(value)) + ",";
    return *this;
  }
  /// Members of `from` under their own names.
  Group& take(Value const& from, std::initializer_list<char const*> fields) {
    for (auto const* field : fields) {
      auto const found = from.find(field);
      if (found != from.end()) add(field, scalar(*found));
    }
    return *this;
  }
  std::string const& text() const { return text_; }

 private:
  std::string const prefix_;
  std::string text_;
};

std::string joined(Value const& items, char const* field) {
  std::string all;
  for (auto const& item : items) all += (all.empty() ? "" : ",") + text(item, field);
  return all;
}

/// Flows name attributes by letters, digits and underscores.
bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class Attributes {
 public:
  Attributes(Value const& document, ViewOptions const& options)
      : document_(document), own_(options.own_interaction) {}

  std::string write(std::size_t bytes_max);

 private:
  void put(Rank rank, std::size_t nth, Group const& group) {
    if (!group.text().empty()) excerpt_.add({rank, nth, kind, group.text()});
  }
  void tell_person();
  void tell_live();
  void tell_handoffs();
  void tell_cases();
  void tell_case(std::string const& prefix, std::size_t nth, Value const& one);
  void tell_contacts();
  void tell_names();

  Value const& document_;
  std::string const own_;
  Excerpt excerpt_;
  std::size_t promises_ = 0;
};

void Attributes::tell_person() {
  auto const& customer = document_.at("customer");
  Group who;
  who.add("customer_id", text(customer, "id"));
  who.take(customer, {"display_name", "tier", "language"});
  who.take(document_, {"version", "as_of"});
  who.add("sensitivities", joined(list(customer, "sensitivities"), "code"));
  put(Rank::person, 0, who);
  put(Rank::warning, 0, Group().add("warnings", joined(list(document_, "warnings"), "code")));
}

/// "live_1_channel" and its like, and "live_count".
void Attributes::tell_live() {
  std::size_t nth = 0;
  for (auto const& one : list(document_, "live")) {
    if (text(one, "interaction_id") == own_) continue;
    Group group("live_" + std::to_string(++nth) + "_");
    group.take(one,
               {"channel", "interaction_id", "case_id", "intent", "started_at", "last_message_at"});
    if (one.contains("agent")) {
      group.add("agent_kind", text(one.at("agent"), "kind"));
      group.add("agent_id", text(one.at("agent"), "id"));
    }
    put(Rank::live, nth, group);
  }
  put(Rank::person, 1, Group().add("live_count", std::to_string(nth + more(document_, "live"))));
}

void Attributes::tell_handoffs() {
  std::size_t nth = 0;
  for (auto const& one : list(document_, "pending_handoffs")) {
    Group group("handoff_" + std::to_string(++nth) + "_");
    group.take(one, {"id", "interaction_id", "case_id", "reason", "offered_at", "expires_at"});
    auto const& to = one.at("to");
    group.add("to_channel", text(to, "channel")).add("to_queue", text(to, "queue"));
    if (to.contains("agent")) group.add("to_agent_id", text(to.at("agent"), "id"));
    put(Rank::handoff, nth, group);
  }
  auto const all = nth + more(document_, "pending_handoffs");
  put(Rank::person, 2, Group().add("handoff_count", std::to_string(all)));
}

void Attributes::tell_case(std::string const& prefix, std::size_t nth, Value const& one) {
  Group about(prefix);
  about.take(one, {"id", "number", "subject", "status", "priority", "intent", "assignee",
                   "opened_at", "open_question"});
  if (one.contains("sentiment")) {
    about.add("sentiment", number(one.at("sentiment"), "last"));
    about.add("sentiment_trend", text(one.at("sentiment"), "trend"));
  }
  for (auto const& clock : list(one, "sla")) {
    about.add("sla_" + text(clock, "metric"), text(clock, "state"));
    about.add("sla_" + text(clock, "metric") + "_due_at", text(clock, "due_at"));
  }
  put(Rank::problem, nth, about);
  for (auto const& made : list(one, "commitments")) {
    Group group("commitment_" + std::to_string(++promises_) + "_");
    group.take(made, {"id", "what", "due_at", "overdue", "channel"});
    put(Rank::promise, promises_, group.add("case_number", number(one, "number")));
  }
  auto const tell = [&](Rank rank, char const* field, std::string const& called) {
    std::size_t count = 0;
    for (auto const& item : list(one, field)) {
      ++count;
      put(rank, count, Group(prefix).add(called + std::to_string(count), text(item, "text")));
    }
  };
  tell(Rank::step, "steps_taken", "step_");
  tell(Rank::note, "notes", "note_");
}

void Attributes::tell_cases() {
  std::size_t nth = 0;
  for (auto const& one : list(document_, "open_cases")) {
    ++nth;
    tell_case("case_" + std::to_string(nth) + "_", nth, one);
  }
  put(Rank::person, 3,
      Group().add("case_count", std::to_string(nth + more(document_, "open_cases"))));
  put(Rank::person, 4, Group().add("commitment_count", std::to_string(promises_)));
}

void Attributes::tell_contacts() {
  std::size_t nth = 0;
  for (auto const& one : list(document_, "recent_interactions")) {
    if (text(one, "id") == own_) continue;
    Group group("contact_" + std::to_string(++nth) + "_");
    group.take(one, {"channel", "started_at", "ended_at", "intent", "outcome", "summary"});
    put(Rank::contact, nth, group);
  }
}

void Attributes::tell_names() {
  auto const& customer = document_.at("customer");
  std::size_t nth = 0;
  for (auto const& one : list(customer, "identifiers")) {
    ++nth;
    put(Rank::name, nth,
        Group("identifier_" + std::to_string(nth) + "_").take(one, {"type", "value", "assurance"}));
  }
  for (auto const& [field, value] : customer.at("profile").items()) {
    if (is_name(field)) put(Rank::profile, 0, Group("profile_").add(field, scalar(value)));
  }
}

std::string Attributes::write(std::size_t bytes_max) {
  tell_person();
  tell_live();
  tell_handoffs();
  tell_cases();
  tell_contacts();
  tell_names();
  auto const close = [](std::size_t left_out) {
    return "\"left_out\":\"" + std::to_string(left_out) + "\"}";
  };
  auto const all = excerpt_.cut(0).left_out;
  auto const longest = 1 + close(all.empty() ? 0 : all.at(kind)).size();
  auto const cut = excerpt_.cut(bytes_max - longest);
  std::string object = "{";
  for (auto const& group : cut.texts) object += group;
  return object + close(cut.left_out.empty() ? 0 : cut.left_out.at(kind));
}

}  // namespace

std::string attributes(std::string_view document, ViewOptions const& options) {
  auto const value = Value::parse(document);
  return Attributes(value, options).write(options.bytes_max);
}

}  // namespace throughline::context::wire
