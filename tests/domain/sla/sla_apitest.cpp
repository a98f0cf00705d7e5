// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "support/answers.hpp"
#include "support/server.hpp"

namespace throughline::sla {
namespace {

using namespace throughline::support;

constexpr char const* nobody = "018f2d5e-0000-7000-8000-000000000001";
constexpr char const* section = "/v1/settings/sla";

Json promises() {
  Json const day = Json::array({{{"from", "09:00"}, {"to", "17:00"}}});
  return {
      {"calendars", {{"office", {{"time_zone", "Europe/Berlin"}, {"hours", {{"monday", day}}}}}}},
      {"policies",
       {{{"name", "answer"}, {"metric", "first_response"}, {"target_minutes", 10}},
        {{"name", "solve"},
         {"metric", "resolution"},
         {"target_minutes", 60},
         {"calendar", "office"}}}}};
}

struct Fixture {
  Server server;
  std::string tenant = Server::make_tenant_name();
  Client client = server.client_with(server.make_key(tenant, "all", "US"));

  Json promise(Json const& said) { return body_of(client.patch(section, said.dump()), 200); }
  Json start() {
    Json const body{{"channel", "chat"},
                    {"direction", "inbound"},
                    {"identifiers", {{{"type", "phone"}, {"value", "+19776252661"}}}}};
    return body_of(client.post("/v1/interactions", body.dump()), 201).at("interaction");
  }
  void says(Json const& interaction, Json const& message, Json const& agent = nullptr) {
    Json body{{"messages", {message}}};
    if (!agent.is_null()) body["agent"] = agent;
    body_of(client.post("/v1/interactions/" + id_of(interaction) + "/messages", body.dump()), 201);
  }
  Json opened(Json const& interaction) {
    Json const body{{"interaction_id", id_of(interaction)}, {"subject", "Wrong size"}};
    return body_of(client.post("/v1/cases", body.dump()), 201);
  }
  /// Facts about clocks in the feed, which may trail for a moment: so many are waited for.
  std::vector<std::string> told_of_clocks(std::size_t count) {
    std::vector<std::string> told;
    for (int look = 0; look < 200 && told.size() < count; ++look) {
      told.clear();
      auto const page = body_of(client.get("/v1/changes?limit=100"), 200);
      for (auto const& fact : page.at("items")) {
        auto const type = fact.at("type").get<std::string>();
        if (type.starts_with("sla.")) told.push_back(type);
      }
      if (told.size() < count) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return told;
  }
  Json clocks(Json const& value) {
    return body_of(client.get("/v1/cases/" + id_of(value) + "/sla"), 200).at("items");
  }
};

Json const hello{{"role", "customer"}, {"text", "Hello"}};
Json const answer{{"role", "agent"}, {"text", "Let me look."}};
Json const mara{{"kind", "human"}, {"id", "mara"}};

TEST_CASE_METHOD(Fixture, "sla api: from a promise to its breach", "[sla]") {
  auto const set = promise(promises());
  CHECK(set.at("section") == "sla");
  CHECK(set.at("version") == 1);
  CHECK(set.at("policies").at(1).at("pause_while_pending") == true);
  CHECK(body_of(client.get(section), 200) == set);

  auto const chat = start();
  says(chat, hello);
  auto const value = opened(chat);
  auto shown = clocks(value);
  REQUIRE(shown.size() == 2);
  auto const by = [&](char const* metric) {
    return shown.at(0).at("metric") == metric ? shown.at(0) : shown.at(1);
  };
  CHECK(by("first_response").at("due_at") == "2026-11-21T08:10:00.000000Z");
  CHECK(by("first_response").at("answer") == "human");
  CHECK(by("resolution").at("due_at") == "2026-11-23T09:00:00.000000Z");
  CHECK(by("resolution").at("calendar") == "office");
  CHECK(by("resolution").at("answer").is_null());

  server.clock().advance(std::chrono::minutes(10));
  server.ring();
  shown = clocks(value);
  auto const late = by("first_response");
  CHECK(late.at("state") == "active");
  CHECK(late.at("breached_at") == "2026-11-21T08:10:00.000000Z");
  CHECK(late.at("history").size() == 3);
  CHECK(late.at("history").at(2) == Json{{"event", "breached"},
                                         {"at", "2026-11-21T08:10:00.000000Z"},
                                         {"due_at", "2026-11-21T08:10:00.000000Z"}});
  CHECK(late.at("more_history") == 0);
  says(chat, answer, mara);
  shown = clocks(value);
  CHECK(by("first_response").at("state") == "fulfilled");

  auto const context =
      body_of(client.get("/v1/context?case_id=" + id_of(value)), 200).at("open_cases").at(0);
  REQUIRE(context.at("sla").size() == 1);
  CHECK(context.at("sla").at(0).at("metric") == "resolution");
  CHECK(told_of_clocks(5) == std::vector<std::string>{"sla.activated", "sla.activated",
                                                      "sla.at_risk", "sla.breached",
                                                      "sla.fulfilled"});
  CHECK(body_of(client.get("/v1/changes?types=sla.breached"), 200).at("items").size() == 1);
}

TEST_CASE_METHOD(Fixture, "sla api: a list for those who must keep the clocks", "[sla]") {
  promise(promises());
  for (int i = 0; i < 3; ++i) {
    auto const chat = start();
    says(chat, hello);
    opened(chat);
    server.clock().advance(std::chrono::minutes(1));
  }
  auto const all = items_of(client, "/v1/sla?", 2);
  REQUIRE(all.size() == 6);
  CHECK_FALSE(all.front().contains("history"));
  CHECK(items_of(client, "/v1/sla?state=active&metric=first_response&", 2).size() == 3);
  CHECK(items_of(client, "/v1/sla?due_before=2026-11-21T08:12:00Z&", 1).size() == 2);
  CHECK(items_of(client, "/v1/sla?breached=true&", 1).empty());
  auto const customer = all.front().at("customer_id").get<std::string>();
  CHECK(items_of(client, "/v1/sla?customer_id=" + customer + "&", 4).size() == 6);
  CHECK(items_of(client, std::string("/v1/sla?customer_id=") + nobody + "&", 4).empty());
  auto const page = body_of(client.get("/v1/sla?limit=1"), 200);
  CHECK(told(client.get("/v1/sla?state=active&limit=1&cursor=" +
                        page.at("next_cursor").get<std::string>())) == "422 invalid ?cursor");
  CHECK(told(client.get("/v1/sla?state=late")) == "422 invalid ?state");
  CHECK(told(client.get("/v1/sla?metric=mood")) == "422 invalid ?metric");
  CHECK(told(client.get("/v1/sla?breached=perhaps")) == "422 invalid ?breached");
  CHECK(told(client.get("/v1/sla?due_before=soon")) == "422 invalid ?due_before");
  CHECK(told(client.get("/v1/sla?customer_id=x")) == "422 invalid ?customer_id");
  CHECK(told(client.get(std::string("/v1/cases/") + nobody + "/sla")) == "404 not_found");
}

TEST_CASE_METHOD(Fixture, "sla api: what is wrong with a promise is named and nothing is set",
                 "[sla]") {
  auto const wrong = [&](Json const& said) { return told(client.patch(section, said.dump())); };
  Json said = promises();
  said["calendars"]["office"]["time_zone"] = "Mars/Olympus";
  said["policies"][1]["calendar"] = "moon";
  said["policies"][0]["target_minutes"] = 0;
  CHECK(wrong(said) ==
        "422 invalid /calendars/office/time_zone /policies/0/target_minutes /policies/1/calendar");
  said = promises();
  said["calendars"]["office"]["hours"]["monday"] = {{{"from", "22:00"}, {"to", "06:00"}}};
  CHECK(wrong(said) == "422 invalid /calendars/office/hours/monday/0/to /calendars/office/hours");
  CHECK(wrong({{"default_region", "US"}}) == "422 invalid /default_region");
  CHECK(body_of(client.get(section), 200).at("version") == 0);

  // A calendar that a policy needs cannot go alone.
  promise(promises());
  CHECK(wrong({{"calendars", {{"office", nullptr}}}}) == "422 invalid /policies/1/calendar");
  auto const tried = body_of(
      client.patch(std::string(section) + "?dry_run=true", Json{{"policies", nullptr}}.dump()),
      200);
  CHECK(tried.at("policies").empty());
  CHECK(tried.at("effect").is_null());
  CHECK(body_of(client.get(section), 200).at("policies").size() == 2);
}

TEST_CASE_METHOD(Fixture, "sla api: scopes and tenants are kept apart", "[sla]") {
  promise(promises());
  auto const chat = start();
  says(chat, hello);
  auto const value = opened(chat);
  auto stranger = server.client();
  CHECK(told(stranger.get("/v1/cases/" + id_of(value) + "/sla")) == "404 not_found");
  CHECK(body_of(stranger.get("/v1/sla"), 200).at("items").empty());
  auto reader = server.client_with(server.make_key(tenant, "cases:read"));
  CHECK(body_of(reader.get("/v1/sla"), 200).at("items").size() == 2);
  CHECK(told(reader.get(section)) == "403 forbidden");
  CHECK(told(reader.patch(section, "{}")) == "403 forbidden");
  auto writer = server.client_with(server.make_key(tenant, "cases:write,admin"));
  CHECK(told(writer.get("/v1/sla")) == "403 forbidden");
  CHECK(told(writer.get("/v1/cases/" + id_of(value) + "/sla")) == "403 forbidden");
}

TEST_CASE_METHOD(Fixture, "sla api: after a merge the clocks answer for who stayed", "[sla]") {
  promise(promises());
  auto const chat = start();
  server.clock().advance(std::chrono::seconds(1));
  auto const other =
      body_of(client.post("/v1/interactions",
                          Json{{"channel", "voice"},
                               {"direction", "inbound"},
                               {"identifiers", {{{"type", "phone"}, {"value", "+18597879085"}}}}}
                              .dump()),
              201)
          .at("interaction");
  says(other, hello);
  auto const value = opened(other);
  body_of(client.post("/v1/interactions/" + id_of(other) + "/identify",
                      Json{{"customer_id", chat.at("customer_id")}}.dump()),
          200);
  server.clock().advance(std::chrono::minutes(10));
  server.ring();
  for (auto const& clock : clocks(value)) {
    CHECK(clock.at("customer_id") == chat.at("customer_id"));
    CHECK(clock.at("part_id") == other.at("customer_id"));
    CHECK(clock.at("breached_at").is_null() == (clock.at("metric") == "resolution"));
  }
  // The part's case is heard in the other part's interactions, too.
  body_of(client.patch("/v1/interactions/" + id_of(chat), Json{{"case_id", id_of(value)}}.dump()),
          200);
  says(chat, answer, mara);
  for (auto const& clock : clocks(value))
    CHECK((clock.at("state") == "fulfilled") == (clock.at("metric") == "first_response"));
}

}  // namespace
}  // namespace throughline::sla
