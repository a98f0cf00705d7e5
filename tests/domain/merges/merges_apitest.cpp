// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// POST /v1/customers/{id}/merge, GET /v1/customers/{id}/merges and POST /v1/merges/{id}/undo.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "support/answers.hpp"
#include "support/server.hpp"

using namespace throughline;
using namespace throughline::support;

namespace {

struct Office {
  Server server;
  Client client = server.client();

  /// Each a second younger than the one before.
  std::string person(std::string const& number, std::string const& body = "{}") {
    server.clock().advance(std::chrono::seconds(1));
    return id_of(body_of(client.put("/v1/customers/by/account/shop:" + number, body), 201));
  }
  Json merge(std::string const& one, std::string const& other, Json body = Json::object()) {
    server.clock().advance(std::chrono::seconds(1));
    body["with"] = other;
    if (!body.contains("reason")) body["reason"] = "same passport";
    return body_of(client.post("/v1/customers/" + one + "/merge", body.dump()), 200);
  }
  Json undo(std::string const& merge, Json const& body = Json::object()) {
    server.clock().advance(std::chrono::seconds(1));
    return body_of(client.post("/v1/merges/" + merge + "/undo", body.dump()), 200);
  }
  Json customer(std::string const& id) { return body_of(client.get("/v1/customers/" + id), 200); }
  Json context(std::string const& id) {
    return body_of(client.get("/v1/context?customer_id=" + id), 200);
  }
  std::vector<Json> history(std::string const& id, std::size_t limit = 50) {
    return items_of(client, "/v1/customers/" + id + "/merges?", limit);
  }
};

Json const anna{{"kind", "human"}, {"id", "anna"}};

}  // namespace

TEST_CASE("merges api: a merge answers with itself and the customer that there is now") {
  Office office;
  auto const old = office.person("1", R"({"display_name": "Ann"})");
  auto const young = office.person("2");
  auto const answer = office.merge(young, old, {{"agent", anna}});
  CHECK(answer.at("merged") == true);
  CHECK(answer.at("dry_run") == false);
  CHECK_FALSE(answer.contains("preview"));
  auto const& merge = answer.at("merge");
  CHECK(merge.at("survivor_id") == old);
  CHECK(merge.at("loser_id") == young);
  CHECK(merge.at("moved_parts") == Json::array({young}));
  CHECK(merge.at("rule") == "person");
  CHECK(merge.at("reason") == "same passport");
  CHECK(merge.at("agent") == anna);
  CHECK(merge.at("undone").is_null());
  CHECK(answer.at("customer") == office.customer(old));
  CHECK(answer.at("customer").at("identifiers").size() == 2);

  auto const moved = office.client.get("/v1/customers/" + young);
  CHECK(moved.header("content-location") == "/v1/customers/" + old);
  CHECK(moved.json().at("merged_into") == old);
  CHECK(office.context(young).at("customer").at("id") == old);

  auto const again = office.merge(old, young);
  CHECK(again.at("merged") == false);
  CHECK(again.at("merge").is_null());
  CHECK(again.at("customer").at("id") == old);
}

TEST_CASE("merges api: a preview tells what would be and writes nothing") {
  Office office;
  auto const old = office.person("1", R"({"display_name": "Ann", "tier": "gold"})");
  auto const young = office.person("2", R"({"display_name": "Anna", "profile": {"pets": 2}})");
  office.client.post("/v1/cases", Json{{"customer_id", young}, {"subject", "A lamp"}}.dump());
  office.client.post(
      "/v1/interactions",
      Json{{"channel", "voice"}, {"direction", "inbound"}, {"customer_id", old}}.dump());
  auto const before = office.context(old);
  auto const preview = office.merge(young, old, {{"dry_run", true}});
  CHECK(preview.at("merged") == true);
  CHECK(preview.at("dry_run") == true);
  CHECK(preview.at("merge").is_null());
  CHECK(preview.at("customer").at("id") == old);
  CHECK(preview.at("customer").at("display_name") == "Anna");
  CHECK(preview.at("customer").at("tier") == "gold");
  CHECK(preview.at("customer").at("identifiers").size() == 2);
  auto const& told = preview.at("preview");
  CHECK(told.at("survivor_id") == old);
  CHECK(told.at("loser_id") == young);
  CHECK(told.at("answering_ids").size() == 2);
  CHECK(told.at("refused").is_null());
  CHECK(told.at("fields") == Json::array({{{"field", "display_name"},
                                           {"survivor", "Ann"},
                                           {"loser", "Anna"},
                                           {"shown", "loser"}}}));
  CHECK(told.at("counts").at("parts").at("together") == 2);
  CHECK(told.at("counts").at("parts").at("max") == 100);
  CHECK(told.at("counts").at("identifiers").at("together") == 2);
  CHECK(told.at("counts").at("open_cases") == 1);
  CHECK(told.at("counts").at("live_interactions") == 1);
  CHECK(told.at("against").empty());
  CHECK(office.context(old) == before);
  CHECK(office.customer(young).at("id") == young);
  CHECK(office.history(old).empty());

  auto done = office.merge(young, old).at("customer");
  auto foreseen = preview.at("customer");
  CHECK(done == foreseen);
  CHECK(office.merge(young, old, {{"dry_run", true}}).at("merged") == false);
}

TEST_CASE("merges api: a preview names the cap that forbids it, and what is remembered") {
  Office office;
  auto const one = office.person("1");
  auto const other = office.person("2");
  auto const merge = office.merge(one, other).at("merge").at("id").get<std::string>();
  office.undo(merge, {{"reason", "mother and daughter"}});
  body_of(office.client.patch("/v1/settings/identity", R"({"classes": {"account": {"max": 50}}})"),
          200);
  for (int i = 0; i < 49; ++i) {
    body_of(
        office.client.post("/v1/customers/" + one + "/identifiers",
                           Json{{"type", "account"}, {"value", "crm:" + std::to_string(i)}}.dump()),
        201);
  }
  auto const preview = office.merge(one, other, {{"dry_run", true}});
  CHECK(preview.at("merged") == false);
  CHECK(preview.at("customer").is_null());
  auto const& told = preview.at("preview");
  CHECK(told.at("refused").get<std::string>().find("50") != std::string::npos);
  CHECK(told.at("counts").at("identifiers").at("together") == 51);
  REQUIRE(told.at("against").size() == 1);
  CHECK(told.at("against").at(0).at("kind") == "not_the_same");
  CHECK(told.at("against").at(0).at("detail").get<std::string>().find("mother and daughter") !=
        std::string::npos);
  CHECK(throughline::support::told(office.client.post(
            "/v1/customers/" + one + "/merge", Json{{"with", other}, {"reason", "no"}}.dump())) ==
        "409 conflict");
}

TEST_CASE("merges api: a preview tells what would stop a rule, and does not stop people") {
  Office office;
  auto const father = office.person(
      "1", R"({"profile": {"full_name": "John Day Sr", "date_of_birth": "1950-01-01"}})");
  auto const son = office.person(
      "2", R"({"profile": {"full_name": "John Day Jr", "date_of_birth": "1978-07-23"}})");
  auto const preview = office.merge(father, son, {{"dry_run", true}});
  std::set<std::string> kinds;
  for (auto const& item : preview.at("preview").at("against")) kinds.insert(item.at("kind"));
  CHECK(kinds == std::set<std::string>{"date_of_birth", "suffix"});
  CHECK(office.merge(father, son).at("merged") == true);
}

TEST_CASE("merges api: what is refused") {
  Office office;
  auto const one = office.person("1");
  auto const path = "/v1/customers/" + one + "/merge";
  std::string const nobody = "00000000-0000-7000-8000-000000000000";
  auto const asked = [&](Json const& body) { return told(office.client.post(path, body.dump())); };
  CHECK(asked(Json::object()) == "422 invalid /with /reason");
  CHECK(asked({{"with", "x"}, {"reason", " "}}) == "422 invalid /with /reason");
  CHECK(asked({{"with", nobody}, {"reason", "r"}}) == "422 invalid /with");
  CHECK(asked({{"with", one}, {"reason", "r"}, {"why", 1}}) == "422 invalid /why");
  CHECK(told(office.client.post("/v1/customers/" + nobody + "/merge",
                                Json{{"with", one}, {"reason", "r"}}.dump())) == "404 not_found");
  CHECK(told(office.client.get("/v1/customers/" + nobody + "/merges")) == "404 not_found");

  auto const other = office.person("2");
  auto const merge = office.merge(one, other).at("merge").at("id").get<std::string>();
  auto const undo = "/v1/merges/" + merge + "/undo";
  auto const undoing = [&](Json const& body) {
    return told(office.client.post(undo, body.dump()));
  };
  CHECK(told(office.client.post("/v1/merges/" + nobody + "/undo", "{}")) == "404 not_found");
  CHECK(undoing({{"parts", Json::array()}}) == "422 invalid /parts");
  CHECK(undoing({{"parts", {other, "x", 3}}}) == "422 invalid /parts/1 /parts/2");
  CHECK(undoing({{"parts", {other}}, {"tree", true}}) == "422 invalid /tree");
  CHECK(undoing({{"parts", {other, nobody}}}) == "422 invalid /parts/1");
  CHECK(undoing({{"parts", {one, other}}}) == "422 invalid /parts");
  CHECK(undoing(Json::object()) == "200");
  CHECK(undoing({{"parts", {other}}}) == "409 conflict");
}

TEST_CASE("merges api: an undo tells what left, what was unlinked and what stayed") {
  Office office;
  auto const old = office.person("1", R"({"display_name": "Ann"})");
  auto const young = office.person("2", R"({"display_name": "Bea"})");
  auto const merge = office.merge(old, young).at("merge").at("id").get<std::string>();
  office.server.clock().advance(std::chrono::seconds(1));
  auto const about = id_of(body_of(
      office.client.post("/v1/cases", Json{{"customer_id", young}, {"subject", "A lamp"}}.dump()),
      201));
  auto const called = body_of(office.client.post("/v1/interactions", Json{{"channel", "voice"},
                                                                          {"direction", "inbound"},
                                                                          {"customer_id", old},
                                                                          {"case_id", about}}
                                                                         .dump()),
                              201);
  auto const call = id_of(called.at("interaction"));
  auto const note = id_of(body_of(
      office.client.post("/v1/cases/" + about + "/notes",
                         Json{{"kind", "note"}, {"text", "rang"}, {"interaction_id", call}}.dump()),
      201));
  auto const recorded =
      body_of(office.client.post("/v1/events", Json{{"events",
                                                     {{{"customer_id", old},
                                                       {"type", "order_placed"},
                                                       {"at", "2026-11-21T08:00:00Z"},
                                                       {"case_id", about},
                                                       {"attributes", Json::object()}}}}}
                                                   .dump()),
              200);
  auto const event = id_of(recorded.at("results").at(0));
  office.client.patch("/v1/customers/" + old, R"({"tier": "gold"})");
  office.client.post("/v1/customers/" + old + "/identifiers",
                     R"({"type": "email", "value": "ann@x.com"})");
  auto const etag_old = office.client.get("/v1/customers/" + old).header("etag");
  auto const etag_young = office.client.get("/v1/customers/" + young).header("etag");

  auto const dry = office.undo(merge, {{"dry_run", true}});
  CHECK(dry.at("dry_run") == true);
  CHECK(dry.at("undo").at("id").is_null());
  CHECK(dry.at("undo").at("unlinked_count") == 3);
  CHECK(office.customer(young).at("id") == old);

  auto const answer = office.undo(merge, {{"reason", "two sisters"}, {"agent", anna}});
  CHECK(answer.at("parted") == true);
  auto const& undo = answer.at("undo");
  CHECK(undo.at("how") == "merge");
  CHECK(undo.at("merges") == Json::array({merge}));
  CHECK(undo.at("unlinked") == dry.at("undo").at("unlinked"));
  std::map<std::string, std::string> unlinked;
  for (auto const& link : undo.at("unlinked")) unlinked[link.at("type")] = link.at("id");
  CHECK(unlinked == std::map<std::string, std::string>{
                        {"interaction", call}, {"note", note}, {"event", event}});
  CHECK(undo.at("stayed").at("customer_id") == old);
  CHECK(undo.at("stayed").at("fields") == Json::array({"tier"}));
  CHECK(undo.at("stayed").at("identifiers").at(0).at("value") == "ann@x.com");
  REQUIRE(answer.at("customers").size() == 2);
  CHECK(answer.at("customers").at(0).at("id") == old);
  CHECK(answer.at("customers").at(1).at("part_ids") == Json::array({young}));

  CHECK(office.customer(young).at("display_name") == "Bea");
  CHECK(office.customer(old).at("display_name") == "Ann");
  CHECK(office.client.get("/v1/customers/" + old).header("etag") != etag_old);
  CHECK(office.client.get("/v1/customers/" + young).header("etag") != etag_young);
  CHECK(office.context(young).at("live").empty());
  CHECK(office.context(young).at("open_cases").size() == 1);
  CHECK(office.context(old).at("live").at(0).contains("case_id") == false);
  CHECK(office.context(old).at("open_cases").empty());

  // Neither timeline names what is the other's now.
  for (auto const& entry : items_of(office.client, "/v1/customers/" + old + "/timeline?", 50)) {
    CHECK(entry.at("case_id").is_null());
  }
  for (auto const& entry : items_of(office.client, "/v1/customers/" + young + "/timeline?", 50)) {
    CHECK(entry.at("interaction_id").is_null());
  }
  CHECK(items_of(office.client, "/v1/customers/" + old + "/timeline?case_id=" + about + "&", 50)
            .empty());
  auto const notes = body_of(office.client.get("/v1/cases/" + about + "/notes"), 200);
  CHECK(notes.at("items").at(0).at("interaction_id").is_null());

  auto const again = office.undo(merge);
  CHECK(again.at("parted") == false);
  CHECK(again.at("undo").at("id") == undo.at("id"));
}

TEST_CASE("merges api: messages after the cut go on, without the other side's case") {
  Office office;
  auto const old = office.person("1");
  auto const young = office.person("2");
  auto const merge = office.merge(old, young).at("merge").at("id").get<std::string>();
  auto const about = id_of(body_of(
      office.client.post("/v1/cases", Json{{"customer_id", young}, {"subject", "A lamp"}}.dump()),
      201));
  auto const started = body_of(office.client.post("/v1/interactions", Json{{"channel", "voice"},
                                                                           {"direction", "inbound"},
                                                                           {"customer_id", old},
                                                                           {"case_id", about}}
                                                                          .dump()),
                               201);
  auto const call = id_of(started.at("interaction"));
  office.undo(merge);
  body_of(office.client.post("/v1/interactions/" + call + "/messages",
                             R"({"messages": [{"role": "customer", "text": "hello"}]})"),
          201);
  CHECK(told(office.client.patch("/v1/interactions/" + call, Json{{"case_id", about}}.dump())) ==
        "409 conflict");
  CHECK(told(office.client.post(
            "/v1/cases/" + about + "/notes",
            Json{{"kind", "note"}, {"text", "x"}, {"interaction_id", call}}.dump())) ==
        "422 invalid /interaction_id");
  auto const entries =
      items_of(office.client, "/v1/customers/" + old + "/timeline?kind=message&", 50);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].at("case_id").is_null());
}

TEST_CASE("merges api: the history tells what was joined and parted, newest first") {
  Office office;
  auto const a = office.person("1", R"({"display_name": "Ann"})");
  auto const b = office.person("2", R"({"display_name": "Bea"})");
  auto const c = office.person("3");
  auto const first = office.merge(a, b, {{"agent", anna}}).at("merge").at("id").get<std::string>();
  office.undo(first, {{"reason", "two sisters"}, {"agent", anna}});
  auto const second =
      office.merge(b, a, {{"reason", "the register was wrong"}}).at("merge").at("id");
  office.merge(c, b);
  auto const items = office.history(a);
  REQUIRE(items.size() == 4);
  CHECK(items[0].at("kind") == "joined");
  CHECK(items[1].at("id") == second);
  CHECK(items[2].at("kind") == "parted");
  CHECK(items[2].at("merge_id") == first);
  CHECK(items[2].at("lifted_by") == second);
  CHECK(items[3].at("id") == first);
  CHECK(items[3].at("undone").at("reason") == "two sisters");
  auto const summary = items[3].at("summary").get<std::string>();
  CHECK(summary.find("The agent anna joined \"Ann\"") == 0);
  CHECK(summary.find("undid this") != std::string::npos);
  for (std::size_t const limit : {1, 2, 3}) CHECK(office.history(c, limit) == items);

  auto const moved = office.client.get("/v1/customers/" + c + "/merges?limit=2");
  CHECK(moved.header("content-location") == "/v1/customers/" + a + "/merges?limit=2");
  auto const cursor = moved.json().at("next_cursor").get<std::string>();
  CHECK(told(office.client.get("/v1/customers/" + a + "/merges?cursor=" + cursor)) ==
        "422 invalid ?cursor");
}

TEST_CASE("merges api: a repeat under its key answers for the same merge and the same undo") {
  Office office;
  auto const one = office.person("1");
  auto const other = office.person("2");
  auto const merged = repeated([&](Headers const& key) {
    return office.client.post("/v1/customers/" + one + "/merge",
                              Json{{"with", other}, {"reason", "same"}}.dump(), key);
  });
  CHECK(merged.json().at("merged") == true);
  auto const merge = id_of(merged.json().at("merge"));
  auto const undone = repeated([&](Headers const& key) {
    return office.client.post("/v1/merges/" + merge + "/undo", "{}", key);
  });
  CHECK(undone.json().at("parted") == true);
  CHECK(office.history(one).size() == 2);
}
