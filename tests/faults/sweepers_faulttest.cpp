// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What falls due while a sweeper is killed in the middle of its work, and while two sweep at once:
// each fact stands exactly once in the feed, in the timeline and in the record.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "support/faults/cluster.hpp"
#include "throughline/base/time.hpp"

using namespace throughline;
using namespace throughline::faults;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

constexpr std::size_t people = 60;
constexpr std::size_t promises_each = 3;
constexpr std::size_t writers = 4;
constexpr auto time_to_prepare = 20s;  // then everything is due at once
constexpr auto patience = 60s;
constexpr auto sweeps_more = 2s;  // what is told twice would be by then
constexpr char const* told_by_sweepers =
    "types=commitment.overdue,sla.at_risk,sla.breached,interaction.ended";

struct Person {
  std::string id, case_id, contact;
  std::vector<std::string> commitments;
};

json done(support::Client& client, std::string const& method, std::string const& target,
          json const& body) {
  auto const answer = client.request(method, target, body.dump());
  if (answer.status >= 300) throw std::runtime_error(target + " answered " + answer.body);
  return answer.json();
}

json read(support::Client& client, std::string const& target) {
  auto const answer = client.get(target);
  if (answer.status != 200) throw std::runtime_error(target + " answered " + answer.body);
  return answer.json();
}

/// Has `work` done for each person, a few at a time.
template <class Work>
void for_each_person(Cluster& cluster, std::vector<Person>& all, Work work) {
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stumbled = false;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      auto client = cluster.client(i % cluster.size());
      try {
        for (auto at = next++; at < all.size(); at = next++) work(client, all[at], at);
      } catch (std::exception const& fault) {
        std::cout << fault.what() << std::endl;
        stumbled = true;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE_FALSE(stumbled);
}

/// People who were promised something, with a case to be solved and a call that nobody is at: all
/// of it is due at the same moment.
std::vector<Person> prepare(Cluster& cluster, Timestamp due) {
  auto client = cluster.client(0);
  json const policy{{"name", "solve"}, {"metric", "resolution"}, {"target_minutes", 1}};
  done(client, "PATCH", "/v1/settings/sla", {{"policies", {policy}}});
  std::vector<Person> all(people);
  for_each_person(cluster, all, [&](support::Client& by, Person& person, std::size_t number) {
    auto const account = "/v1/customers/by/account/shop:" + std::to_string(number);
    person.id = done(by, "PUT", account, json::object()).at("id");
    person.case_id = done(by, "POST", "/v1/cases",
                          {{"customer_id", person.id},
                           {"subject", "late"},
                           {"opened_at", format_rfc3339(due - 1min)}})
                         .at("id");
    for (std::size_t i = 0; i < promises_each; ++i) {
      auto const made = done(by, "POST", "/v1/cases/" + person.case_id + "/commitments",
                             {{"what", "A call"}, {"due_at", format_rfc3339(due)}});
      person.commitments.push_back(made.at("id"));
    }
  });
  // Whatever the preparations took, the calls fall silent just then.
  auto const left = std::chrono::ceil<std::chrono::seconds>(due - SystemClock().now()).count();
  REQUIRE(left > 0);
  done(client, "PATCH", "/v1/settings/presence", {{"silent_after_seconds", {{"voice", left}}}});
  for_each_person(cluster, all, [&](support::Client& by, Person& person, std::size_t) {
    json const call{{"channel", "voice"}, {"direction", "inbound"}, {"customer_id", person.id}};
    person.contact = done(by, "POST", "/v1/interactions", call).at("interaction").at("id");
  });
  return all;
}

constexpr std::size_t facts_expected = people * (promises_each + 3);

using Told = std::map<std::pair<std::string, std::string>, int>;  // fact and resource: how often

Told told_in_feed(support::Client& client) {
  Told told;
  std::string cursor;
  for (bool more = true; more;) {
    auto const page =
        read(client, std::string("/v1/changes?limit=1000&") + told_by_sweepers + cursor);
    for (auto const& item : page.at("items"))
      ++told[{item.at("type"), item.at("data").at("resource_id")}];
    more = page.at("has_more");
    cursor = "&cursor=" + page.at("next_cursor").get<std::string>();
  }
  return told;
}

/// Until the feed has told so many facts; how many it then has.
std::size_t await_told(support::Client& client, std::size_t count) {
  auto const deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto const told = told_in_feed(client).size();
    if (told >= count || std::chrono::steady_clock::now() > deadline) return told;
    std::this_thread::sleep_for(5ms);
  }
}

void check_feed(support::Client& client, std::vector<Person> const& all) {
  CHECK(await_told(client, facts_expected) == facts_expected);
  std::this_thread::sleep_for(sweeps_more);
  auto const told = told_in_feed(client);
  CHECK(told.size() == facts_expected);
  CHECK(std::all_of(told.begin(), told.end(), [](auto const& one) { return one.second == 1; }));
  for (auto const& person : all) {
    CHECK(told.contains({"interaction.ended", person.contact}));
    for (auto const& id : person.commitments) CHECK(told.contains({"commitment.overdue", id}));
  }
}

void check_records(support::Client& client, Person const& person, Timestamp due) {
  for (auto const& id : person.commitments) {
    auto const promise = read(client, "/v1/commitments/" + id);
    CHECK(promise.at("overdue") == true);
    CHECK(promise.at("version") == 2);
  }
  auto const clocks = read(client, "/v1/cases/" + person.case_id + "/sla").at("items");
  REQUIRE(clocks.size() == 1);
  CHECK(clocks[0].at("breached_at") == format_rfc3339(due));
  std::vector<std::string> events;
  for (auto const& event : clocks[0].at("history")) events.push_back(event.at("event"));
  CHECK(events == std::vector<std::string>{"activated", "at_risk", "breached"});
  auto const contact = read(client, "/v1/interactions/" + person.contact);
  CHECK(contact.at("status") == "ended");
  CHECK(contact.at("outcome") == "abandoned");

  std::multiset<std::string> entries;
  auto const page = read(client, "/v1/customers/" + person.id + "/timeline?limit=200");
  for (auto const& entry : page.at("items")) entries.insert(entry.at("fact"));
  CHECK(entries.count("overdue") == promises_each);
  CHECK(entries.count("breached") == 1);
  CHECK(entries.count("ended") == 1);
}

/// While it lives, an instance waits a little for each answer of PostgreSQL: long enough to be met
/// at work.
std::jthread slow_down(Cluster& cluster, std::size_t instance) {
  return std::jthread(
      [&wire = *cluster.instance(instance).to_postgres](std::stop_token const& stop) {
        while (!stop.stop_requested()) {
          wire.hold(true);
          std::this_thread::sleep_for(20ms);
          wire.hold(false);
          std::this_thread::sleep_for(2ms);
        }
      });
}

/// How many moments of this kind an instance says it has rung.
double rung(Cluster& cluster, std::size_t instance, std::string const& kind) {
  support::Client client(cluster.instance(instance).metrics_port);
  client.recorded = false;
  auto const page = client.get("/metrics").body;
  auto const line = "\nthroughline_alarms_rung_total{kind=\"" + kind + "\"} ";
  auto const at = page.find(line);
  return at == std::string::npos ? 0 : std::stod(page.substr(at + line.size()));
}

void check_all(Cluster& cluster, std::size_t by, std::vector<Person> const& all, Timestamp due) {
  auto client = cluster.client(by);
  check_feed(client, all);
  for (auto const& person : all) check_records(client, person, due);
}

}  // namespace

TEST_CASE("sweepers: one is killed in the middle, another goes on: each fact once", "[sweepers]") {
  Cluster cluster(Form::redis, 2);
  auto const due = SystemClock().now() + time_to_prepare;
  auto const all = prepare(cluster, due);
  // The other one stands still until it is needed.
  cluster.instance(1).process.pause();
  auto const slowing = slow_down(cluster, 0);
  std::this_thread::sleep_for(due - SystemClock().now());
  auto client = cluster.client(0);
  // The clocks were at risk from the beginning.
  auto const told = await_told(client, people + 1);
  cluster.retire(0);
  cluster.instance(1).process.resume();
  std::cout << "sweepers: killed with " << told << " of " << facts_expected << " facts told"
            << std::endl;
  CHECK(told > people);
  CHECK(told < facts_expected);
  check_all(cluster, 1, all, due);
}

TEST_CASE("sweepers: two sweep at once: each fact once, rung by one of them", "[sweepers]") {
  Cluster cluster(Form::redis, 2);
  auto const due = SystemClock().now() + time_to_prepare;
  auto const all = prepare(cluster, due);
  {
    auto const one = slow_down(cluster, 0), other = slow_down(cluster, 1);
    std::this_thread::sleep_for(due - SystemClock().now());
    auto client = cluster.client(0);
    CHECK(await_told(client, facts_expected) == facts_expected);
  }
  check_all(cluster, 0, all, due);
  std::map<std::string, std::size_t> const expected{{"commitment_due", people * promises_each},
                                                    {"sla_breach", people},
                                                    {"interaction_silent", people}};
  for (auto const& [kind, count] : expected) {
    auto const first = rung(cluster, 0, kind), second = rung(cluster, 1, kind);
    std::cout << "sweepers: " << kind << " rung " << first << " + " << second << std::endl;
    CHECK(first + second == static_cast<double>(count));
  }
}
