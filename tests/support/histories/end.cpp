// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/histories/end.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "support/histories/checks.hpp"

namespace throughline::histories {

namespace {

constexpr std::chrono::seconds feed_patience{5};  // it may trail, but not for long
constexpr int page_size = 7;                      // small, so that pages are turned

class End {
 public:
  End(Model& model, support::Api& api, support::Api::Tenant const& tenant)
      : model_(model), api_(api), tenant_(tenant), client_(api.client(tenant.key)) {
    client_.recorded = false;
    api.set_clocks();
  }

  void check() {
    for (auto& stranger : model_.strangers) model_.people.push_back(std::move(stranger));
    model_.strangers.clear();
    for (auto const& person : model_.people) {
      if (!person->known()) continue;
      check_contexts(*person);
      check_timeline(*person);
      check_transcripts(*person);
    }
    check_feed();
  }

 private:
  [[noreturn]] void fail(Person const& person, std::string const& what) const {
    throw Broken("at the end: " + what + "\nthe last requests about this customer:\n" +
                 story_of(person));
  }

  json get(support::Client& client, std::string const& target) const {
    auto const answer = client.get(target);
    if (answer.status != 200) {
      throw Broken("at the end: GET " + target + " answered " + std::to_string(answer.status) +
                   " " + answer.body);
    }
    return answer.json();
  }

  std::vector<json> read_all(std::string const& target, int limit) {
    std::vector<json> all;
    std::string cursor;
    while (true) {
      auto const sign = target.find('?') == std::string::npos ? "?" : "&";
      auto page = get(client_, target + sign + "limit=" + std::to_string(limit) + cursor);
      for (auto& item : page.at("items")) all.push_back(std::move(item));
      bool const more = page.value("has_more", !page.at("next_cursor").is_null());
      if (!more) return all;
      cursor = "&cursor=" + page.at("next_cursor").get<std::string>();
    }
  }

  /// By every name, on every instance, the same bytes.
  void check_contexts(Person const& person) {
    std::set<std::string> ways;
    for (auto const& id : person.ids) ways.insert("customer_id=" + id);
    for (auto const& [id, one] : person.cases) ways.insert("case_id=" + id);
    for (auto const& value : person.known_by) {
      ways.insert((value.find('@') == std::string::npos ? "phone=" : "email=") + value);
    }
    std::string first;
    for (std::size_t i = 0; i < api_.size(); ++i) {
      auto client = api_.client(tenant_.key, i);
      client.recorded = false;
      for (auto const& way : ways) {
        auto const document = get(client, "/v1/context?" + way);
        auto const fault = fault_in_context(person, person, document);
        if (!fault.empty()) fail(person, way + ": " + fault + "\n  " + document.dump());
        if (first.empty()) first = document.dump();
        if (document.dump() != first) fail(person, way + " answers another document than others");
      }
    }
  }

  /// What the model knows of stands there once; of these kinds nothing else does.
  void check_timeline(Person const& person) {
    std::multiset<Fact> shown;
    for (auto const& item : read_all("/v1/customers/" + person.root + "/timeline", page_size)) {
      Fact fact{item.at("kind"), item.at("fact"), item.at("resource_id")};
      bool const told = fact.kind == "message" || fact.kind == "note" || fact.kind == "event" ||
                        fact.fact == "opened" || fact.fact == "started" || fact.fact == "ended";
      if (told) shown.insert(std::move(fact));
    }
    if (shown.size() != person.facts.size() ||
        !std::equal(shown.begin(), shown.end(), person.facts.begin())) {
      fail(person, "the timeline of " + person.root + " has " + std::to_string(shown.size()) +
                       " facts, acknowledged were " + std::to_string(person.facts.size()));
    }
  }

  void check_transcripts(Person const& person) {
    for (auto const& [id, interaction] : person.interactions) {
      json page;
      page["items"] = read_all("/v1/interactions/" + id + "/messages", page_size);
      auto fault = fault_in_transcript(interaction, page);
      if (fault.empty() && page.at("items").size() != interaction.messages.size()) {
        fault = "holds messages that were never acknowledged";
      }
      if (!fault.empty()) fail(person, "the transcript of " + id + " " + fault);
    }
  }

  std::multiset<Fact> acknowledged() const {
    std::multiset<Fact> all;
    for (auto const& person : model_.people) {
      for (auto const& fact : person->facts) all.insert(fact);
      for (auto const& id : person->ids) all.insert({"customer", "created", id});
    }
    return all;
  }

  static std::multiset<Fact> facts_of(std::vector<json> const& feed) {
    static std::set<std::string> const told{
        "interaction.started", "interaction.ended", "message.added",   "note.added",
        "case.opened",         "event.recorded",    "customer.created"};
    std::multiset<Fact> facts;
    for (auto const& item : feed) {
      auto const type = item.at("type").get<std::string>();
      if (!told.contains(type)) continue;
      auto const dot = type.find('.');
      facts.insert({type.substr(0, dot), type.substr(dot + 1), item.at("data").at("resource_id")});
    }
    return facts;
  }

  /// Complete after a while at most, each fact once, and in order.
  void check_feed() {
    auto const expected = acknowledged();
    auto const until = std::chrono::steady_clock::now() + feed_patience;
    auto feed = read_all("/v1/changes", 500);
    while (facts_of(feed) != expected && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      feed = read_all("/v1/changes", 500);
    }
    if (facts_of(feed) != expected) {
      throw Broken("at the end: the feed tells " + std::to_string(facts_of(feed).size()) +
                   " facts, acknowledged were " + std::to_string(expected.size()));
    }
    check_order(feed);
    auto const paged = read_all("/v1/changes", page_size);
    if (paged != feed) throw Broken("at the end: the feed in small pages is another feed");
  }

  void check_order(std::vector<json> const& feed) const {
    std::map<std::string, std::int64_t> versions;
    std::int64_t position = 0;
    for (auto const& item : feed) {
      auto const& data = item.at("data");
      auto const at = data.at("position").get<std::int64_t>();
      if (at <= position) throw Broken("at the end: the feed turns back at " + item.dump());
      position = at;
      auto& last = versions[data.at("customer_id")];
      auto const version = data.at("version").get<std::int64_t>();
      // A merge raises the survivor above every version of both.
      bool const leaps = item.at("type") == "customer.merged" && version > last;
      if (version != last + 1 && !leaps) {
        throw Broken("at the end: the feed goes from version " + std::to_string(last) + " to " +
                     item.dump());
      }
      last = version;
    }
  }

  Model& model_;
  support::Api& api_;
  support::Api::Tenant const& tenant_;
  support::Client client_;
};

}  // namespace

void check_end(Model& model, support::Api& api, support::Api::Tenant const& tenant) {
  End(model, api, tenant).check();
}

}  // namespace throughline::histories
