// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/answers.hpp"
#include "support/server.hpp"

namespace throughline::notes {
namespace {

using namespace throughline::support;

constexpr char const* nobody = "018f2d5e-0000-7000-8000-000000000001";

struct Fixture {
  Server server;
  std::string tenant = Server::make_tenant_name();
  Client client = server.client_with(server.make_key(tenant, "all", "US"));
  std::string call = start("+19776252661");
  std::string case_id = open_case();
  std::string notes = "/v1/cases/" + case_id + "/notes";

  std::string start(std::string const& phone) {
    Json const body{{"channel", "voice"},
                    {"direction", "inbound"},
                    {"identifiers", {{{"type", "phone"}, {"value", phone}}}}};
    return id_of(body_of(client.post("/v1/interactions", body.dump()), 201).at("interaction"));
  }
  std::string open_case() {
    Json const body{{"interaction_id", call}, {"subject", "Wrong size"}};
    return id_of(body_of(client.post("/v1/cases", body.dump()), 201));
  }
  Response add(Json const& note, Headers const& headers = {}) {
    return client.post(notes, note.dump(), headers);
  }
};

TEST_CASE("notes api: a note is added and listed", "[notes]") {
  Fixture test;
  Json const agent{{"kind", "bot"}, {"id", "voice-1"}, {"model", "m-4"}};
  auto const made = body_of(test.add({{"kind", "step"},
                                      {"text", "Purchase validated"},
                                      {"agent", agent},
                                      {"interaction_id", test.call},
                                      {"external_id", {{"system", "crm"}, {"id", "7"}}}}),
                            201);
  CHECK(made.at("kind") == "step");
  CHECK(made.at("text") == "Purchase validated");
  CHECK(made.at("channel") == "voice");
  CHECK(made.at("agent") == agent);
  CHECK(made.at("case_id") == test.case_id);
  CHECK(made.at("interaction_id") == test.call);
  CHECK(made.at("replaces").is_null());
  CHECK(made.at("at") == format_rfc3339(test_now));

  auto const newer = body_of(
      test.add({{"kind", "step"}, {"text", "Validated twice"}, {"replaces", id_of(made)}}), 201);
  auto const items = items_of(test.client, test.notes + "?", 1);
  REQUIRE(items.size() == 2);
  for (auto const& item : items) {
    if (item.at("id") == made.at("id")) CHECK(item.at("replaced_by") == newer.at("id"));
  }
  CHECK(told(test.add({{"kind", "step"}, {"text", "x"}, {"replaces", id_of(made)}})) ==
        "422 invalid /replaces");
}

TEST_CASE("notes api: an open question shows on the case", "[notes]") {
  Fixture test;
  body_of(test.add({{"kind", "open_question"}, {"text", "May a manager waive it?"}}), 201);
  auto const shown = body_of(test.client.get("/v1/cases/" + test.case_id), 200);
  CHECK(shown.at("open_question") == "May a manager waive it?");
  CHECK(shown.at("version") == 2);
}

TEST_CASE("notes api: repeats are one note", "[notes]") {
  Fixture test;
  Json const plain{{"kind", "note"}, {"text", "once"}};
  auto const again = repeated([&](Headers const& headers) { return test.add(plain, headers); });
  CHECK(again.status == 201);
  Json known{{"kind", "note"}, {"text", "twice"}, {"external_id", {{"system", "s"}, {"id", "1"}}}};
  auto const first = body_of(test.add(known), 201);
  known["text"] = "changed";
  CHECK(body_of(test.add(known), 200) == first);
  CHECK(items_of(test.client, test.notes + "?", 50).size() == 2);
}

TEST_CASE("notes api: every bad field is named", "[notes]") {
  Fixture test;
  CHECK(told(test.add(Json::object())) == "422 invalid /kind /text");
  CHECK(told(test.add({{"kind", "opinion"},
                       {"text", " "},
                       {"channel", "fax"},
                       {"mood", 1},
                       {"agent", {{"kind", "human"}, {"id", "m"}, {"model", "m-4"}}},
                       {"interaction_id", 7},
                       {"replaces", "x"},
                       {"at", "yesterday"},
                       {"external_id", {{"system", "s"}}}})) ==
        "422 invalid /kind /text /channel /agent/model /interaction_id /replaces /external_id/id "
        "/at /mood");
  CHECK(told(test.add({{"kind", "note"}, {"text", "x"}, {"interaction_id", nobody}})) ==
        "422 invalid /interaction_id");
  CHECK(told(test.add({{"kind", "note"}, {"text", "x"}, {"replaces", nobody}})) ==
        "422 invalid /replaces");
  CHECK(told(test.add({{"kind", "note"}, {"text", "x"}, {"at", "2026-11-22T08:00:00Z"}})) ==
        "422 invalid /at");
  CHECK(told(test.client.post(test.notes, "{\"kind\"")) == "400 malformed");
  CHECK(told(test.client.get(test.notes + "?limit=0")) == "422 invalid ?limit");
  CHECK(told(test.client.get(test.notes + "?cursor=abc")) == "422 invalid ?cursor");
}

TEST_CASE("notes api: scopes and tenants are kept apart", "[notes]") {
  Fixture test;
  Json const past{{"kind", "note"}, {"text", "x"}, {"at", "2026-11-17T08:00:00Z"}};
  CHECK(told(test.add(past)) == "201");
  auto writer = test.server.client_with(test.server.make_key(test.tenant, "cases:write"));
  CHECK(told(writer.post(test.notes, past.dump())) == "403 forbidden");
  CHECK(told(writer.get(test.notes)) == "403 forbidden");
  auto reader = test.server.client_with(test.server.make_key(test.tenant, "cases:read"));
  CHECK(told(reader.post(test.notes, past.dump())) == "403 forbidden");
  CHECK(told(reader.get(test.notes)) == "200");

  auto stranger = test.server.client();
  CHECK(told(stranger.post(test.notes, past.dump())) == "404 not_found");
  CHECK(told(stranger.get(test.notes)) == "404 not_found");
  CHECK(told(test.client.get(std::string("/v1/cases/") + nobody + "/notes")) == "404 not_found");
  CHECK(told(test.client.get("/v1/cases/1042/notes")) == "404 not_found");
}

}  // namespace
}  // namespace throughline::notes
