// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/answers.hpp"
#include "support/server.hpp"

namespace throughline::cases {
namespace {

using namespace throughline::support;

constexpr char const* nobody = "018f2d5e-0000-7000-8000-000000000001";

struct Fixture {
  Server server;
  std::string tenant = Server::make_tenant_name();
  Client client = server.client_with(server.make_key(tenant, "all", "US"));
  Json call = start("+19776252661");
  std::string customer = call.at("customer_id");

  Json start(std::string const& phone) {
    Json const body{{"channel", "voice"},
                    {"direction", "inbound"},
                    {"identifiers", {{{"type", "phone"}, {"value", phone}}}}};
    return body_of(client.post("/v1/interactions", body.dump()), 201).at("interaction");
  }
  Response open(Json const& body, Headers const& headers = {}) {
    return client.post("/v1/cases", body.dump(), headers);
  }
  Json opened(std::string const& subject = "Wrong size") {
    return body_of(open({{"customer_id", customer}, {"subject", subject}}), 201);
  }
  Response patch(Json const& value, Json const& body, Headers const& headers = {}) {
    return client.patch("/v1/cases/" + id_of(value), body.dump(), headers);
  }
};

TEST_CASE("cases api: a case is opened for a customer", "[cases]") {
  Fixture test;
  Json const body{{"customer_id", test.customer},
                  {"subject", "Wrong size"},
                  {"intent", "return_size"},
                  {"priority", "high"},
                  {"assignee", "mara"},
                  {"attributes", {{"order", 7}}},
                  {"external_id", {{"system", "crm"}, {"id", "c-1"}}}};
  auto const response = test.open(body);
  auto const made = body_of(response, 201);
  CHECK(made.at("number") == 1000);
  CHECK(made.at("status") == "open");
  CHECK(made.at("part_id") == test.customer);
  CHECK(made.at("version") == 1);
  for (auto const& [field, value] : body.items()) CHECK(made.at(field) == value);
  CHECK(made.at("opening_interaction_id").is_null());
  CHECK(made.at("resolved_at").is_null());
  CHECK(response.header("location") == "/v1/cases/" + id_of(made));

  auto const read = test.client.get("/v1/cases/" + id_of(made));
  CHECK(body_of(read, 200) == made);
  CHECK(read.header("etag") == response.header("etag"));
  CHECK(test.client.get("/v1/cases/" + id_of(made), {{"If-None-Match", read.header("etag")}})
            .status == 304);
  CHECK(body_of(test.open(body), 200) == made);
}

TEST_CASE("cases api: a case opened in an interaction is linked with it", "[cases]") {
  Fixture test;
  auto const made =
      body_of(test.open({{"interaction_id", id_of(test.call)}, {"subject", "Wrong size"}}), 201);
  CHECK(made.at("opening_interaction_id") == test.call.at("id"));
  CHECK(made.at("customer_id") == test.customer);
  auto const call = body_of(test.client.get("/v1/interactions/" + id_of(test.call)), 200);
  CHECK(call.at("case_id") == made.at("id"));
  CHECK(call.at("version") == 2);
}

TEST_CASE("cases api: every bad field is named", "[cases]") {
  Fixture test;
  CHECK(told(test.open({{"subject", "x"}})) == "422 invalid /interaction_id");
  CHECK(told(test.open({{"subject", "x"},
                        {"customer_id", test.customer},
                        {"interaction_id", id_of(test.call)}})) == "422 invalid /customer_id");
  CHECK(told(test.open({{"customer_id", "x"},
                        {"subject", ""},
                        {"priority", "huge"},
                        {"attributes", 1},
                        {"external_id", "x"},
                        {"opened_at", 1},
                        {"number", 7}})) ==
        "422 invalid /customer_id /subject /priority /attributes /external_id /opened_at /number");
  CHECK(told(test.open({{"customer_id", nobody}, {"subject", "x"}})) == "422 invalid /customer_id");
  CHECK(told(test.open({{"interaction_id", nobody}, {"subject", "x"}})) ==
        "422 invalid /interaction_id");
  auto const made = test.opened();
  CHECK(
      told(test.patch(made, {{"subject", nullptr}, {"status", nullptr}, {"priority", nullptr}})) ==
      "422 invalid /subject /status /priority");
  CHECK(
      told(test.patch(
          made, {{"status", "done"}, {"open_question", 1}, {"attributes", "x"}, {"version", 9}})) ==
      "422 invalid /status /open_question /attributes /version");
  CHECK(told(test.client.patch("/v1/cases/" + id_of(made), "[]")) == "422 invalid ");
  CHECK(told(test.client.get("/v1/cases?status=done")) == "422 invalid ?status");
  CHECK(told(test.client.get("/v1/cases?number=x")) == "422 invalid ?number");
  CHECK(told(test.client.get("/v1/cases?customer_id=x")) == "422 invalid ?customer_id");
}

TEST_CASE("cases api: a patch sets, null clears, and answers with the case", "[cases]") {
  Fixture test;
  auto const made = test.opened();
  auto patched = body_of(test.patch(made, {{"subject", "Wrong colour"},
                                           {"status", "pending"},
                                           {"priority", "urgent"},
                                           {"intent", "exchange"},
                                           {"assignee", "mara"},
                                           {"open_question", "Which\none?"},
                                           {"attributes", {{"a", {{"b", 1}, {"c", 2}}}}}}),
                         200);
  CHECK(patched.at("subject") == "Wrong colour");
  CHECK(patched.at("status") == "pending");
  CHECK(patched.at("open_question") == "Which\none?");
  CHECK(patched.at("version") == 2);
  patched = body_of(test.patch(made, {{"intent", nullptr},
                                      {"assignee", nullptr},
                                      {"open_question", nullptr},
                                      {"attributes", {{"a", {{"b", nullptr}}}}}}),
                    200);
  for (auto const* field : {"intent", "assignee", "open_question"})
    CHECK(patched.at(field).is_null());
  CHECK(patched.at("attributes") == Json{{"a", {{"c", 2}}}});
  CHECK(patched.at("priority") == "urgent");
  CHECK(patched.at("version") == 3);
  CHECK(body_of(test.patch(made, {{"attributes", nullptr}}), 200).at("attributes") ==
        Json::object());
  CHECK(body_of(test.patch(made, Json::object()), 200).at("version") == 4);
}

TEST_CASE("cases api: If-Match guards a patch", "[cases]") {
  Fixture test;
  auto const made = test.opened();
  auto const etag = test.client.get("/v1/cases/" + id_of(made)).header("etag");
  auto const patched = test.patch(made, {{"assignee", "mara"}}, {{"If-Match", etag}});
  CHECK(patched.status == 200);
  CHECK(patched.header("etag") != etag);
  CHECK(told(test.patch(made, {{"assignee", "finn"}}, {{"If-Match", etag}})) ==
        "412 version_mismatch");
  CHECK(told(test.patch(made, {{"assignee", "finn"}}, {{"If-Match", "\"x\""}})) ==
        "412 version_mismatch");
  CHECK(test.patch(made, {{"assignee", "finn"}}, {{"If-Match", "*"}}).status == 200);
  CHECK(test.client.get("/v1/cases/" + id_of(made), {{"If-None-Match", etag}}).status == 200);
}

TEST_CASE("cases api: a closed case stays closed", "[cases]") {
  Fixture test;
  auto const made = test.opened();
  CHECK(body_of(test.patch(made, {{"status", "resolved"}}), 200).at("resolved_at") ==
        format_rfc3339(test_now));
  CHECK(body_of(test.patch(made, {{"status", "open"}}), 200).at("resolved_at").is_null());
  CHECK(body_of(test.patch(made, {{"status", "closed"}}), 200).at("closed_at") ==
        format_rfc3339(test_now));
  CHECK(told(test.patch(made, {{"status", "open"}})) == "409 conflict");
  CHECK(told(test.patch(made, {{"status", "closed"}})) == "200");
}

TEST_CASE("cases api: repeats answer once and read afresh", "[cases]") {
  Fixture test;
  Json const body{{"customer_id", test.customer}, {"subject", "Wrong size"}};
  auto const made =
      body_of(repeated([&](Headers const& headers) { return test.open(body, headers); }), 201);
  CHECK(body_of(test.client.get("/v1/cases"), 200).at("items").size() == 1);
  Headers const key{{"Idempotency-Key", "k"}};
  CHECK(body_of(test.patch(made, {{"assignee", "mara"}}, key), 200).at("version") == 2);
  body_of(test.patch(made, {{"assignee", "finn"}}), 200);
  auto const replay = body_of(test.patch(made, {{"assignee", "mara"}}, key), 200);
  CHECK(replay.at("assignee") == "finn");
  CHECK(replay.at("version") == 3);
  CHECK(told(test.patch(made, {{"assignee", "x"}}, key)) == "422 idempotency_mismatch");
}

TEST_CASE("cases api: lists filter and page to the end", "[cases]") {
  Fixture test;
  for (int i = 0; i < 5; ++i) test.opened("case " + std::to_string(i));
  test.customer = test.start("+18597879085").at("customer_id");
  auto const last = test.opened("theirs");
  body_of(test.patch(last, {{"status", "pending"}, {"assignee", "mara"}}), 200);
  auto const all = items_of(test.client, "/v1/cases?", 2);
  REQUIRE(all.size() == 6);
  CHECK(std::is_sorted(all.rbegin(), all.rend(), [](Json const& a, Json const& b) {
    return std::pair(a.at("opened_at"), a.at("id")) < std::pair(b.at("opened_at"), b.at("id"));
  }));
  CHECK(items_of(test.client, "/v1/cases?status=open&", 2).size() == 5);
  CHECK(items_of(test.client, "/v1/cases?assignee=mara&", 2).size() == 1);
  CHECK(items_of(test.client, "/v1/cases?number=1003&", 2).front().at("subject") == "case 3");
  CHECK(items_of(test.client, "/v1/cases?customer_id=" + test.customer + "&status=pending&", 1)
            .size() == 1);
  CHECK(
      items_of(test.client, "/v1/cases?customer_id=" + test.customer + "&status=open&", 1).empty());
  auto const page = body_of(test.client.get("/v1/cases?limit=1"), 200);
  CHECK(told(test.client.get("/v1/cases?status=open&limit=1&cursor=" +
                             page.at("next_cursor").get<std::string>())) == "422 invalid ?cursor");
}

TEST_CASE("cases api: after a merge a case answers for the customer that stayed", "[cases]") {
  Fixture test;
  test.server.clock().advance(std::chrono::seconds(1));
  auto const chat = test.start("+18597879085");
  auto const made =
      body_of(test.open({{"interaction_id", id_of(chat)}, {"subject", "Wrong size"}}), 201);
  auto const before = test.client.get("/v1/cases/" + id_of(made));
  body_of(test.client.post("/v1/interactions/" + id_of(chat) + "/identify",
                           Json{{"customer_id", test.customer}}.dump()),
          200);
  auto const after =
      test.client.get("/v1/cases/" + id_of(made), {{"If-None-Match", before.header("etag")}});
  auto const shown = body_of(after, 200);
  CHECK(shown.at("customer_id") == test.customer);
  CHECK(shown.at("part_id") == chat.at("customer_id"));
  CHECK(shown.at("version") == made.at("version"));
  CHECK(test.patch(made, {{"assignee", "mara"}}, {{"If-Match", before.header("etag")}}).status ==
        200);
}

TEST_CASE("cases api: scopes and tenants are kept apart", "[cases]") {
  Fixture test;
  auto const made = test.opened();
  Json const past{
      {"customer_id", test.customer}, {"subject", "x"}, {"opened_at", "2026-11-17T08:00:00Z"}};
  CHECK(body_of(test.open(past), 201).at("opened_at") == "2026-11-17T08:00:00.000000Z");
  auto writer = test.server.client_with(test.server.make_key(test.tenant, "cases:write"));
  CHECK(told(writer.post("/v1/cases", past.dump())) == "403 forbidden");
  CHECK(told(writer.get("/v1/cases")) == "403 forbidden");
  auto reader = test.server.client_with(test.server.make_key(test.tenant, "cases:read"));
  CHECK(told(reader.post("/v1/cases", past.dump())) == "403 forbidden");
  CHECK(told(reader.patch("/v1/cases/" + id_of(made), "{}")) == "403 forbidden");
  CHECK(told(reader.get("/v1/cases/" + id_of(made))) == "200");

  auto stranger = test.server.client();
  CHECK(told(stranger.get("/v1/cases/" + id_of(made))) == "404 not_found");
  CHECK(told(stranger.patch("/v1/cases/" + id_of(made), R"({"status":"closed"})")) ==
        "404 not_found");
  CHECK(told(stranger.post("/v1/cases", past.dump())) == "422 invalid /customer_id");
  CHECK(body_of(stranger.get("/v1/cases?customer_id=" + test.customer), 200).at("items").empty());
  CHECK(told(test.client.get(std::string("/v1/cases/") + nobody)) == "404 not_found");
  CHECK(told(test.client.patch(std::string("/v1/cases/") + nobody, "{}")) == "404 not_found");
  CHECK(body_of(test.client.get("/v1/cases/" + id_of(made)), 200) == made);
}

}  // namespace
}  // namespace throughline::cases
