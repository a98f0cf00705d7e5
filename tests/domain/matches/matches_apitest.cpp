// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// GET /v1/identity/matches, GET …/{id} and POST …/{id}/decision.
#include <array>
#include <catch2/catch.hpp>

#include "support/answers.hpp"
#include "support/api/api.hpp"
#include "throughline/domain/matches.hpp"
#include "throughline/domain/merges.hpp"

using namespace throughline;
using namespace throughline::support;

namespace {

std::string const nobody = "00000000-0000-7000-8000-000000000000";
Json const anna{{"kind", "human"}, {"id", "anna"}};

struct Desk {
  Api api;
  Api::Tenant tenant = api.make_tenant();
  Client client = api.client(tenant.key);
  Timestamp now = test_now;
  int made = 0;

  std::string person(Json const& body = Json::object()) {
    auto const path = "/v1/customers/by/account/shop:" + std::to_string(++made);
    return id_of(body_of(client.put(path, body.dump()), 201));
  }
  /// As the rules do it when they can't decide.
  std::string raise(std::string const& part, std::vector<std::string> const& others,
                    std::string const& reason = "several") {
    matches::Raised raised{CustomerId::parse(part).value(), reason, {}, 3};
    double bits = 12;
    for (auto const& other : others) {
      raised.candidates.push_back(
          {CustomerId::parse(other).value(),
           "probable",
           0.93,
           Json::array({{{"field", "email"}, {"level", "close"}, {"bits", bits}}}).dump(),
           {"suffix"}});
      bits -= 1;
    }
    auto actor = api.database().actor(tenant.id, now);
    std::optional<MatchId> id;
    api.database().pool().transact(postgres::Mode::write, tenant.id, [&](postgres::Tx& tx) {
      auto locked = parts::lock(tx, actor, std::array{raised.part});
      merges::Facts facts;
      id = matches::raise(tx, actor, locked, raised, facts);
      timeline::append(tx, actor, facts.timeline);
      changes::record(tx, actor, locked, facts.changes);
    });
    return id.value().str();
  }
  Response decide(std::string const& match, Json const& body, Headers const& headers = {}) {
    return client.post("/v1/identity/matches/" + match + "/decision", body.dump(), headers);
  }
  Json match(std::string const& id) {
    return body_of(client.get("/v1/identity/matches/" + id), 200);
  }
  std::vector<Json> list(std::string const& query = "", std::size_t limit = 50) {
    return items_of(client, "/v1/identity/matches?" + query, limit);
  }
};

}  // namespace

TEST_CASE("matches api: a match shows who could be who side by side") {
  Desk desk;
  auto const ann = desk.person({{"display_name", "Ann Lee"},
                                {"profile",
                                 {{"given_name", "Ann"},
                                  {"date_of_birth", "1980-02-29"},
                                  {"shoe_size", 39},
                                  {"address", {{"city", "Wellington"}, {"floor", 3}}}}},
                                {"identifiers", {{{"type", "email"}, {"value", "ann@x.com"}}}}});
  auto const bea = desk.person();
  auto const doubt = desk.person({{"profile", {{"full_name", "Anne Lee"}}}});
  auto const id = desk.raise(doubt, {ann, bea});
  auto const match = desk.match(id);
  CHECK(match.at("id") == id);
  CHECK(match.at("status") == "open");
  CHECK(match.at("reason") == "several");
  CHECK(match.at("raised_at") == "2026-11-21T08:00:00.000000Z");
  CHECK(match.at("until").is_null());
  CHECK(match.at("weights_version") == 3);
  CHECK(match.at("part").at("customer_id") == doubt);
  CHECK(match.at("part").at("profile") == Json{{"full_name", "Anne Lee"}});
  CHECK(match.at("more_candidates") == 0);
  CHECK(match.at("decisions").empty());
  CHECK(match.at("merge_id").is_null());
  REQUIRE(match.at("candidates").size() == 2);
  auto const& best = match.at("candidates").at(0);
  CHECK(best.at("customer_id") == ann);
  CHECK(best.at("part_id") == ann);
  CHECK(best.at("display_name") == "Ann Lee");
  CHECK(best.at("profile") == Json{{"given_name", "Ann"},
                                   {"date_of_birth", "1980-02-29"},
                                   {"address", {{"city", "Wellington"}}}});
  CHECK(best.at("identifiers").size() == 2);
  CHECK(
      best.at("identifiers").at(1) ==
      Json{{"type", "email"}, {"value", "ann@x.com"}, {"assurance", "claimed"}, {"shared", false}});
  CHECK(best.at("grade") == "probable");
  CHECK(best.at("score") == 0.93);
  CHECK(best.at("evidence") ==
        Json::array({{{"field", "email"}, {"level", "close"}, {"bits", 12.0}}}));
  CHECK(best.at("against") == Json::array({"suffix"}));
  CHECK(best.at("verdict").is_null());
  CHECK(match.at("candidates").at(1).at("display_name").is_null());
  CHECK(desk.list() == std::vector<Json>{match});
}

TEST_CASE("matches api: an accepted match answers with what it became") {
  Desk desk;
  auto const ann = desk.person();
  auto const bea = desk.person();
  auto const doubt = desk.person();
  auto const id = desk.raise(doubt, {ann, bea});
  Json const asked{
      {"decision", "merge"}, {"customer_id", ann}, {"reason", "same passport"}, {"agent", anna}};
  auto const match = body_of(desk.decide(id, asked), 200);
  CHECK(match.at("status") == "merged");
  CHECK(match.at("candidates").at(0).at("verdict") == "same");
  CHECK(match.at("candidates").at(0).at("customer_id") == match.at("part").at("customer_id"));
  REQUIRE(match.at("decisions").size() == 1);
  auto const& said = match.at("decisions").at(0);
  CHECK(said.at("decision") == "merge");
  CHECK(said.at("part_id") == ann);
  CHECK(said.at("reason") == "same passport");
  CHECK(said.at("agent") == anna);
  CHECK(match == desk.match(id));

  auto const history = items_of(desk.client, "/v1/customers/" + ann + "/merges?", 50);
  REQUIRE(history.size() == 1);
  CHECK(history[0].at("id") == match.at("merge_id"));
  CHECK(history[0].at("rule") == "match");
  CHECK(history[0].at("reason") == "same passport");
  auto const feed = body_of(desk.client.get("/v1/changes?types=match.raised,match.decided"), 200);
  REQUIRE(feed.at("items").size() == 2);
  CHECK(feed.at("items").at(1).at("data").at("resource_id") == id);
  CHECK(feed.at("items").at(1).at("data").at("actor").at("agent") == anna);
  CHECK(desk.client.get("/v1/customers/" + doubt + "/timeline?kind=identity").status == 200);

  CHECK(told(desk.decide(id, asked)) == "200");
  auto const second = desk.decide(id, {{"decision", "merge"}, {"customer_id", bea}});
  CHECK(told(second) == "409 conflict");
  CHECK(second.body.find(ann) != std::string::npos);
  CHECK(second.body.find(match.at("merge_id").get<std::string>()) != std::string::npos);
  CHECK(told(desk.decide(id, {{"decision", "later"}})) == "409 conflict");
}

TEST_CASE("matches api: a decision repeated under its key is made once") {
  Desk desk;
  auto const id = desk.raise(desk.person(), {desk.person()});
  auto const again = repeated([&](Headers const& key) {
    return desk.decide(id, {{"decision", "later"}, {"until", "2026-12-01T00:00:00Z"}}, key);
  });
  CHECK(again.json().at("status") == "later");
  CHECK(again.json().at("until") == "2026-12-01T00:00:00.000000Z");
  CHECK(again.json().at("decisions").size() == 1);
}

TEST_CASE("matches api: not the same is remembered, and told when it is decided otherwise") {
  Desk desk;
  auto const ann = desk.person();
  auto const bea = desk.person();
  auto const doubt = desk.person();
  auto const id = desk.raise(doubt, {ann, bea});
  auto const one = body_of(desk.decide(id, {{"decision", "not_same"}, {"customer_id", ann}}), 200);
  CHECK(one.at("status") == "open");
  CHECK(one.at("candidates").at(0).at("verdict") == "not_same");
  CHECK(told(desk.decide(id, {{"decision", "merge"}, {"customer_id", ann}})) == "409 conflict");
  auto const all = body_of(desk.decide(id, {{"decision", "not_same"}, {"reason", "twins"}}), 200);
  CHECK(all.at("status") == "not_same");
  CHECK(all.at("decisions").size() == 2);
  CHECK(all.at("decisions").at(0).at("reason") == "twins");
  CHECK(told(desk.decide(id, {{"decision", "not_same"}})) == "200");
  CHECK(told(desk.decide(id, {{"decision", "merge"}, {"customer_id", bea}})) == "409 conflict");
  auto const preview =
      body_of(desk.client.post("/v1/customers/" + doubt + "/merge",
                               Json{{"with", bea}, {"reason", "r"}, {"dry_run", true}}.dump()),
              200);
  CHECK(preview.at("preview").at("against").size() == 1);
}

TEST_CASE("matches api: a merge elsewhere supersedes, an undo is told") {
  Desk desk;
  auto const ann = desk.person();
  auto const doubt = desk.person();
  auto const id = desk.raise(doubt, {ann});
  body_of(desk.client.post("/v1/customers/" + ann + "/merge",
                           Json{{"with", doubt}, {"reason", "r"}}.dump()),
          200);
  CHECK(desk.match(id).at("status") == "superseded");
  CHECK(told(desk.decide(id, {{"decision", "merge"}})) == "409 conflict");

  auto const other = desk.raise(desk.person(), {ann});
  auto const merged = body_of(desk.decide(other, {{"decision", "merge"}}), 200);
  body_of(
      desk.client.post("/v1/merges/" + merged.at("merge_id").get<std::string>() + "/undo", "{}"),
      200);
  CHECK(desk.match(other).at("undone_at").is_string());
  auto const refused = desk.decide(other, {{"decision", "merge"}});
  CHECK(told(refused) == "409 conflict");
  CHECK(refused.body.find("undone") != std::string::npos);
}

TEST_CASE("matches api: a match that is overtaken names the one that asks instead") {
  Desk desk;
  auto const ann = desk.person();
  auto const bea = desk.person();
  auto const doubt = desk.person();
  auto const other = desk.raise(doubt, {bea});
  body_of(desk.decide(desk.raise(doubt, {ann}), {{"decision", "merge"}}), 200);
  auto const match = desk.match(other);
  CHECK(match.at("status") == "superseded");
  auto const instead = match.at("superseded_by").get<std::string>();
  CHECK(desk.match(instead).at("status") == "open");
  auto const refused = desk.decide(other, {{"decision", "merge"}});
  CHECK(told(refused) == "409 conflict");
  CHECK(refused.body.find(instead) != std::string::npos);
  CHECK(desk.list("status=open&").size() == 1);
}

TEST_CASE("matches api: lists by status and customer, page by page") {
  Desk desk;
  auto const ann = desk.person();
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    desk.now += std::chrono::seconds(1);
    ids.insert(ids.begin(), desk.raise(desk.person(), {ann}));
  }
  auto const listed = [&](std::string const& query, std::size_t limit) {
    std::vector<std::string> found;
    for (auto const& item : desk.list(query, limit)) found.push_back(id_of(item));
    return found;
  };
  CHECK(listed("", 2) == ids);
  CHECK(listed("status=open&", 2) == ids);
  CHECK(listed("customer_id=" + ann + "&", 1) == ids);
  CHECK(listed("status=merged&", 2).empty());
  CHECK(listed("customer_id=" + nobody + "&", 2).empty());
  CHECK(told(desk.client.get("/v1/identity/matches?status=closed")) == "422 invalid ?status");
  CHECK(told(desk.client.get("/v1/identity/matches?customer_id=x")) == "422 invalid ?customer_id");
  auto const page = body_of(desk.client.get("/v1/identity/matches?limit=2"), 200);
  auto const cursor = page.at("next_cursor").get<std::string>();
  CHECK(told(desk.client.get("/v1/identity/matches?status=open&cursor=" + cursor)) ==
        "422 invalid ?cursor");
}

TEST_CASE("matches api: what is refused") {
  Desk desk;
  auto const ann = desk.person();
  auto const bea = desk.person();
  auto const id = desk.raise(desk.person(), {ann, bea});
  auto const asked = [&](Json const& body) { return told(desk.decide(id, body)); };
  CHECK(asked(Json::object()) == "422 invalid /decision");
  CHECK(asked({{"decision", "maybe"}, {"why", 1}}) == "422 invalid /decision /why");
  CHECK(asked({{"decision", "merge"}}) == "422 invalid /customer_id");
  CHECK(asked({{"decision", "merge"}, {"customer_id", nobody}}) == "422 invalid /customer_id");
  CHECK(asked({{"decision", "not_same"}, {"customer_id", desk.person()}}) ==
        "422 invalid /customer_id");
  CHECK(asked({{"decision", "merge"}, {"customer_id", ann}, {"until", "2026-12-01T00:00:00Z"}}) ==
        "422 invalid /until");
  CHECK(asked({{"decision", "later"}, {"customer_id", ann}}) == "422 invalid /customer_id");
  CHECK(asked({{"decision", "later"}, {"until", "2026-11-21T08:00:00Z"}}) == "422 invalid /until");
  CHECK(asked({{"decision", "later"}, {"until", "2029-01-01T00:00:00Z"}}) == "422 invalid /until");
  CHECK(told(desk.decide(nobody, {{"decision", "later"}})) == "404 not_found");
  CHECK(told(desk.decide("x", {{"decision", "later"}})) == "404 not_found");
  CHECK(told(desk.client.get("/v1/identity/matches/" + nobody)) == "404 not_found");
  CHECK(desk.match(id).at("decisions").empty());
}
