// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// GET /v1/customers/{id}/timeline over HTTP.
#include <algorithm>
#include <catch2/catch.hpp>

#include "support/server.hpp"

using namespace throughline;
using namespace throughline::support;
using nlohmann::json;

namespace {

using Texts = std::vector<std::string>;

Texts pointers(Response const& response) {
  REQUIRE(response.status == 422);
  Texts found;
  json const problem = response.json();
  for (auto const& error : problem.at("errors")) found.push_back(error.at("pointer"));
  return found;
}

json post(Client& client, std::string const& target, json const& body) {
  auto const made = client.post(target, body.dump());
  INFO(target << ": " << made.body);
  REQUIRE(made.status < 300);
  return made.json();
}

/// A customer who chats, opens a case and buys something, a second apart each.
struct Story {
  Server server;
  Client client = server.client();
  std::string customer, interaction, case_id, note;

  Story() {
    auto const later = [&] { server.clock().advance(std::chrono::seconds(1)); };
    json const agent{{"kind", "bot"}, {"id", "chat-1"}};
    json const email{{"type", "email"}, {"value", "crystal@example.com"}};
    auto const started = post(client, "/v1/interactions",
                              {{"channel", "chat"},
                               {"direction", "inbound"},
                               {"agent", agent},
                               {"intent", "return_size"},
                               {"identifiers", {email}}});
    customer = started["customer"]["id"];
    interaction = started["interaction"]["id"];
    later();
    post(client, "/v1/interactions/" + interaction + "/messages",
         {{"messages", {{{"role", "customer"}, {"text", "Too \"small\""}, {"sentiment", -0.5}}}}});
    later();
    case_id = post(client, "/v1/cases",
                   {{"interaction_id", interaction}, {"subject", "Wrong size"}})["id"];
    later();
    note = post(client, "/v1/cases/" + case_id + "/notes",
                {{"kind", "step"}, {"text", "Purchase validated"}, {"agent", agent}})["id"];
    later();
    post(client, "/v1/events",
         {{"events",
           {{{"customer_id", customer},
             {"type", "order_placed"},
             {"at", format_rfc3339(server.clock().now())},
             {"channel", "web"},
             {"attributes", {{"total", 12.5}, {"coupon", nullptr}}}}}}});
    later();
    post(client, "/v1/interactions/" + interaction + "/end",
         {{"outcome", "escalated"}, {"summary", "Wants another size"}});
  }
  std::string path(std::string const& query = {}) const {
    return "/v1/customers/" + customer + "/timeline" + query;
  }
  std::vector<json> items(std::string const& query = {}) {
    auto const page = client.get(path(query));
    INFO(page.body);
    REQUIRE(page.status == 200);
    json const document = page.json();
    return document.at("items");
  }
};

json const& of_kind(std::vector<json> const& items, std::string const& kind,
                    std::string const& fact) {
  auto const found = std::find_if(items.begin(), items.end(), [&](json const& item) {
    return item.at("kind") == kind && item.at("fact") == fact;
  });
  REQUIRE(found != items.end());
  return *found;
}

}  // namespace

TEST_CASE("timeline api: every kind shows what its record says now") {
  Story story;
  auto const items = story.items();
  CHECK(std::is_sorted(items.begin(), items.end(),
                       [](json const& a, json const& b) { return a.at("at") > b.at("at"); }));
  for (json const& item : items) {
    CHECK(item.at("part_id") == story.customer);
    CHECK(item.contains(item.at("kind").get<std::string>()));
  }
  auto const& started = of_kind(items, "interaction", "started");
  CHECK(started.at("resource_id") == story.interaction);
  CHECK(started.at("channel") == "chat");
  CHECK(started.at("interaction") == json({{"status", "ended"},
                                           {"intent", "return_size"},
                                           {"outcome", "escalated"},
                                           {"summary", "Wants another size"},
                                           {"direction", "inbound"}}));
  auto const& message = of_kind(items, "message", "added");
  CHECK(message.at("interaction_id") == story.interaction);
  CHECK(message.at("message") ==
        json({{"seq", 1}, {"role", "customer"}, {"text", "Too \"small\""}, {"sentiment", -0.5}}));
  auto const& opened = of_kind(items, "case", "opened");
  CHECK(opened.at("case_id") == story.case_id);
  CHECK(opened.at("case") == json({{"number", 1000},
                                   {"subject", "Wrong size"},
                                   {"status", "open"},
                                   {"priority", "normal"}}));
  auto const& note = of_kind(items, "note", "added");
  CHECK(note.at("resource_id") == story.note);
  CHECK(note.at("note") == json({{"kind", "step"},
                                 {"text", "Purchase validated"},
                                 {"agent", {{"kind", "bot"}, {"id", "chat-1"}}}}));
  auto const& event = of_kind(items, "event", "recorded");
  CHECK(event.at("channel") == "web");
  CHECK(event.at("case_id") == nullptr);
  CHECK(event.at("event") ==
        json({{"type", "order_placed"}, {"attributes", {{"total", 12.5}, {"coupon", nullptr}}}}));
  CHECK(of_kind(items, "identity", "created").at("identity") == json::object());
}

TEST_CASE("timeline api: pages join into the whole, filters narrow it") {
  Story story;
  auto const all = story.items();
  std::vector<json> joined;
  std::string next;
  do {
    auto const page =
        story.client.get(story.path("?limit=2" + (next.empty() ? "" : "&cursor=" + next))).json();
    for (json const& item : page.at("items")) joined.push_back(item);
    next = page.at("next_cursor").is_null() ? "" : page.at("next_cursor").get<std::string>();
  } while (!next.empty());
  CHECK(joined == all);

  auto const matching = [&](auto matches) {
    std::vector<json> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some), matches);
    REQUIRE_FALSE(some.empty());
    return some;
  };
  CHECK(story.items("?kind=note") == matching([](json const& i) { return i["kind"] == "note"; }));
  CHECK(story.items("?channel=web") ==
        matching([](json const& i) { return i["channel"] == "web"; }));
  CHECK(story.items("?case_id=" + story.case_id) ==
        matching([&](json const& i) { return i["case_id"] == story.case_id; }));
  std::string const since = all[2]["at"];
  std::string const until = all[0]["at"];
  CHECK(story.items("?since=" + since + "&until=" + until) ==
        matching([&](json const& i) { return i["at"] >= since && i["at"] < until; }));
  CHECK(story.items("?kind=event&channel=voice").empty());
}

TEST_CASE("timeline api: an id from before a merge answers under the one that is") {
  Story story;
  json const phone{{"type", "phone"}, {"value", "+14155552671"}};
  auto const identifiers = "/v1/customers/" + story.customer + "/identifiers";
  post(story.client, identifiers, phone);
  auto const other = post(story.client, "/v1/interactions",
                          {{"channel", "voice"},
                           {"direction", "inbound"},
                           {"identifiers", {{{"type", "account"}, {"value", "shop:9"}}}}});
  std::string const before = other["customer"]["id"];
  CHECK(before != story.customer);
  post(story.client,
       "/v1/interactions/" + other["interaction"]["id"].get<std::string>() + "/identify",
       {{"customer_id", story.customer}});

  auto const answer = story.client.get("/v1/customers/" + before + "/timeline?limit=200");
  REQUIRE(answer.status == 200);
  CHECK(answer.header("content-location") == story.path("?limit=200"));
  CHECK(answer.json().at("items") == json(story.items("?limit=200")));
  auto const voice = story.items("?channel=voice");
  CHECK(of_kind(voice, "interaction", "started").at("part_id") == before);
  CHECK_FALSE(story.client.get(story.path()).has("content-location"));
}

TEST_CASE("timeline api: what is wrong in the query is named") {
  Story story;
  for (auto const* bad :
       {"kind=promise", "kind=", "channel=fax", "case_id=1", "since=yesterday",
        "until=2026-02-30T00:00:00Z", "limit=0", "limit=201", "cursor=x", "color=red"}) {
    std::string const query = bad;
    CHECK(pointers(story.client.get(story.path("?" + query))) ==
          Texts{"?" + query.substr(0, query.find('='))});
  }
  auto const page = story.client.get(story.path("?limit=1&kind=note")).json();
  CHECK(page.at("next_cursor").is_null());
  std::string const cursor = story.client.get(story.path("?limit=1")).json().at("next_cursor");
  CHECK(story.client.get(story.path("?limit=2&cursor=" + cursor)).status == 200);
  CHECK(pointers(story.client.get(story.path("?kind=note&cursor=" + cursor))) == Texts{"?cursor"});
}

TEST_CASE("timeline api: a key, its scope, and a customer that is one's own") {
  Story story;
  CHECK(story.server.client_with("").get(story.path()).status == 401);
  auto const tenant = Server::make_tenant_name();
  auto wrong = story.server.client_with(story.server.make_key(tenant, "customers:write,sync:read"));
  auto const refused = wrong.get(story.path());
  CHECK(refused.status == 403);
  CHECK(refused.json().at("detail").get<std::string>().find("customers:read") != std::string::npos);
  auto stranger = story.server.client_with(story.server.make_key(tenant, "customers:read"));
  CHECK(stranger.get(story.path()).status == 404);
  CHECK(story.client.get("/v1/customers/nobody/timeline").status == 404);
  CHECK(story.client.get("/v1/customers/00000000-0000-7000-8000-000000000000/timeline").status ==
        404);
  CHECK(story.client.del(story.path()).status == 405);
}
