// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/answers.hpp"
#include "support/server.hpp"

namespace throughline::commitments {
namespace {

using namespace throughline::support;
using std::chrono::hours;

constexpr char const* nobody = "018f2d5e-0000-7000-8000-000000000001";

std::string in(std::chrono::microseconds from_now) {
  return format_rfc3339(test_now + from_now);
}

struct Fixture {
  Server server;
  std::string tenant = Server::make_tenant_name();
  Client client = server.client_with(server.make_key(tenant, "all", "US"));
  Json call = start("+19776252661");
  std::string customer = call.at("customer_id");
  std::string case_id = open_case();

  Json start(std::string const& phone) {
    Json const body{{"channel", "email"},  // never falls silent
                    {"direction", "inbound"},
                    {"identifiers", {{{"type", "phone"}, {"value", phone}}}}};
    return body_of(client.post("/v1/interactions", body.dump()), 201).at("interaction");
  }
  std::string open_case() {
    Json const body{{"interaction_id", id_of(call)}, {"subject", "Wrong size"}};
    return id_of(body_of(client.post("/v1/cases", body.dump()), 201));
  }
  Response make(Json const& body, Headers const& headers = {}) {
    return client.post("/v1/cases/" + case_id + "/commitments", body.dump(), headers);
  }
  Json made(std::chrono::microseconds due = hours(2)) {
    return body_of(make({{"what", "A manager calls back"}, {"due_at", in(due)}}), 201);
  }
  Response patch(Json const& value, Json const& body, Headers const& headers = {}) {
    return client.patch("/v1/commitments/" + id_of(value), body.dump(), headers);
  }
  Json context() { return body_of(client.get("/v1/context?customer_id=" + customer), 200); }
  /// The commitments that the customer's context shows.
  Json shown() {
    Json all = Json::array();
    Json const document = context();
    for (auto const& open : document.at("open_cases"))
      for (auto const& one : open.at("commitments")) all.push_back(one);
    return all;
  }
};

TEST_CASE("commitments api: one is made on a case and read back", "[commitments]") {
  Fixture test;
  Json const body{{"what", "A manager calls back"},
                  {"due_at", in(hours(2))},
                  {"agent", {{"kind", "bot"}, {"id", "chat-1"}, {"model", "m-7"}}},
                  {"interaction_id", id_of(test.call)},
                  {"external_id", {{"system", "crm"}, {"id", "p-1"}}}};
  auto const response = test.make(body);
  auto const made = body_of(response, 201);
  for (auto const& [field, value] : body.items()) CHECK(made.at(field) == value);
  CHECK(made.at("case_id") == test.case_id);
  CHECK(made.at("customer_id") == test.customer);
  CHECK(made.at("part_id") == test.customer);
  CHECK(made.at("version") == 1);
  CHECK(made.at("status") == "open");
  CHECK(made.at("overdue") == false);
  CHECK(made.at("channel") == "email");
  CHECK(made.at("at") == in(hours(0)));
  CHECK(made.at("settled_at").is_null());
  CHECK(made.at("settled_by").is_null());
  CHECK(response.header("location") == "/v1/commitments/" + id_of(made));

  auto const read = test.client.get("/v1/commitments/" + id_of(made));
  CHECK(body_of(read, 200) == made);
  CHECK(read.header("etag") == response.header("etag"));
  CHECK(test.client.get("/v1/commitments/" + id_of(made), {{"If-None-Match", read.header("etag")}})
            .status == 304);
  CHECK(body_of(test.make(body), 200) == made);
}

TEST_CASE("commitments api: every bad field is named", "[commitments]") {
  Fixture test;
  CHECK(told(test.make(Json::object())) == "422 invalid /what /due_at");
  CHECK(told(test.make({{"what", " "},
                        {"due_at", "tomorrow"},
                        {"channel", "pigeon"},
                        {"agent", 1},
                        {"interaction_id", "x"},
                        {"external_id", "x"},
                        {"at", 1},
                        {"status", "kept"}})) ==
        "422 invalid /what /due_at /channel /agent /interaction_id /external_id /at /status");
  CHECK(told(test.make({{"what", "x"}, {"due_at", in(-hours(1))}})) == "422 invalid /due_at");
  CHECK(told(test.make({{"what", "x"}, {"due_at", nullptr}})) == "422 invalid /due_at");
  CHECK(told(test.make({{"what", "x"}, {"due_at", in(hours(1))}, {"interaction_id", nobody}})) ==
        "422 invalid /interaction_id");
  auto const stranger = id_of(test.start("+18597879085"));
  CHECK(told(test.make({{"what", "x"}, {"due_at", in(hours(1))}, {"interaction_id", stranger}})) ==
        "422 invalid /interaction_id");
  auto const made = test.made();
  CHECK(told(test.patch(made, {{"what", nullptr},
                               {"due_at", nullptr},
                               {"status", nullptr},
                               {"settled_at", "x"},
                               {"agent", "x"},
                               {"overdue", false}})) ==
        "422 invalid /what /due_at /status /settled_at /agent /overdue");
  CHECK(told(test.patch(made, {{"status", "done"}})) == "422 invalid /status");
  CHECK(told(test.patch(made, {{"settled_at", in(hours(0))}})) == "422 invalid /settled_at");
  CHECK(told(test.patch(made, {{"due_at", in(-hours(1))}})) == "422 invalid /due_at");
  CHECK(told(test.client.get("/v1/commitments?status=done")) == "422 invalid ?status");
  CHECK(told(test.client.get("/v1/commitments?due_before=x")) == "422 invalid ?due_before");
  CHECK(told(test.client.get("/v1/commitments?customer_id=x")) == "422 invalid ?customer_id");
  CHECK(told(test.client.get("/v1/commitments?case_id=x")) == "422 invalid ?case_id");
  CHECK(told(test.client.get("/v1/commitments?cursor=x")) == "422 invalid ?cursor");
}

TEST_CASE("commitments api: each answered write is in the next context", "[commitments]") {
  Fixture test;
  auto version = test.context().at("version").get<std::int64_t>();
  auto const raised = [&] {
    auto const now = test.context().at("version").get<std::int64_t>();
    return now - std::exchange(version, now);
  };
  auto const made = test.made();
  CHECK(test.shown().at(0).at("id") == made.at("id"));
  CHECK(raised() == 1);
  body_of(test.patch(made, {{"what", "A manager writes"}}), 200);
  CHECK(test.shown().at(0).at("what") == "A manager writes");
  CHECK(raised() == 1);
  body_of(test.patch(made, {{"due_at", in(hours(3))}}), 200);
  CHECK(test.shown().at(0).at("due_at") == in(hours(3)));
  CHECK(raised() == 1);
  test.server.clock().set(test_now + hours(3));
  CHECK(test.context().at("warnings").empty());
  test.server.ring();
  CHECK(test.context().at("warnings").at(0).at("commitment_id") == made.at("id"));
  CHECK(test.shown().at(0).at("overdue") == true);
  CHECK(raised() == 1);
  body_of(test.patch(made, {{"status", "kept"}}), 200);
  CHECK(test.shown().empty());
  CHECK(test.context().at("warnings").empty());
  CHECK(raised() == 1);
}

TEST_CASE("commitments api: kept late is kept; what is settled stays", "[commitments]") {
  Fixture test;
  auto const made = test.made();
  test.server.clock().set(test_now + hours(5));
  Json const agent{{"kind", "human"}, {"id", "mara"}};
  auto const kept = body_of(test.patch(made, {{"status", "kept"}, {"agent", agent}}), 200);
  CHECK(kept.at("status") == "kept");
  CHECK(kept.at("overdue") == true);
  CHECK(kept.at("settled_at") == in(hours(5)));
  CHECK(kept.at("settled_by") == agent);
  CHECK(told(test.patch(made, {{"status", "broken"}})) == "409 conflict");
  CHECK(told(test.patch(made, {{"what", "More"}})) == "409 conflict");
  CHECK(body_of(test.patch(made, {{"status", "kept"}}), 200) == kept);
  test.server.ring();
  CHECK(body_of(test.client.get("/v1/commitments/" + id_of(made)), 200) == kept);
}

TEST_CASE("commitments api: the feed and the timeline tell each fact once", "[commitments]") {
  Fixture test;
  auto const made = test.made();
  test.server.clock().set(test_now + hours(3));
  test.server.ring();
  test.server.ring();
  body_of(test.patch(made, {{"status", "broken"}, {"agent", {{"kind", "human"}, {"id", "mara"}}}}),
          200);
  std::vector<std::string> told;
  // Somebody else's transaction may hold the feed back for a moment.
  for (int look = 0; look < 100 && told.size() < 3; ++look) {
    told.clear();
    auto const feed = body_of(test.client.get("/v1/changes?limit=100"), 200);
    for (auto const& item : feed.at("items")) {
      if (item.at("data").at("resource_id") == made.at("id")) told.push_back(item.at("type"));
    }
  }
  CHECK(told ==
        std::vector<std::string>{"commitment.made", "commitment.overdue", "commitment.settled"});
  auto const entries =
      items_of(test.client, "/v1/customers/" + test.customer + "/timeline?kind=commitment&", 2);
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].at("fact") == "broken");
  CHECK(entries[1].at("fact") == "overdue");
  CHECK(entries[1].at("at") == in(hours(2)));
  CHECK(entries[2].at("fact") == "made");
  CHECK(entries[2].at("case_id") == test.case_id);
  CHECK(entries[2].at("commitment") == Json{{"what", "A manager calls back"},
                                            {"status", "broken"},
                                            {"overdue", true},
                                            {"due_at", in(hours(2))}});
}

TEST_CASE("commitments api: If-Match guards a patch", "[commitments]") {
  Fixture test;
  auto const made = test.made();
  auto const etag = test.client.get("/v1/commitments/" + id_of(made)).header("etag");
  auto const patched = test.patch(made, {{"what", "One"}}, {{"If-Match", etag}});
  CHECK(patched.status == 200);
  CHECK(patched.header("etag") != etag);
  CHECK(told(test.patch(made, {{"what", "Two"}}, {{"If-Match", etag}})) == "412 version_mismatch");
  CHECK(test.patch(made, {{"what", "Two"}}, {{"If-Match", "*"}}).status == 200);
}

TEST_CASE("commitments api: repeats answer once and read afresh", "[commitments]") {
  Fixture test;
  Json const body{{"what", "A refund"}, {"due_at", in(hours(2))}};
  auto const made =
      body_of(repeated([&](Headers const& headers) { return test.make(body, headers); }), 201);
  CHECK(items_of(test.client, "/v1/commitments?", 50).size() == 1);
  Headers const key{{"Idempotency-Key", "k"}};
  body_of(test.patch(made, {{"what", "One"}}, key), 200);
  body_of(test.patch(made, {{"what", "Two"}}), 200);
  CHECK(body_of(test.patch(made, {{"what", "One"}}, key), 200).at("what") == "Two");
  CHECK(told(test.patch(made, {{"what", "Three"}}, key)) == "422 idempotency_mismatch");
}

TEST_CASE("commitments api: lists run by due time, filter and page to the end", "[commitments]") {
  Fixture test;
  for (int const due : {3, 1, 2}) test.made(hours(due));
  auto const soonest = items_of(test.client, "/v1/commitments?", 2);
  REQUIRE(soonest.size() == 3);
  CHECK(soonest[0].at("due_at") == in(hours(1)));
  CHECK(soonest[2].at("due_at") == in(hours(3)));
  body_of(test.patch(soonest[0], {{"status", "kept"}}), 200);
  CHECK(items_of(test.client, "/v1/commitments?status=open&", 1).size() == 2);
  CHECK(items_of(test.client, "/v1/commitments?status=open&due_before=" + in(hours(3)) + "&", 1)
            .size() == 1);
  CHECK(items_of(test.client, "/v1/commitments?customer_id=" + test.customer + "&", 2).size() == 3);
  CHECK(items_of(test.client, "/v1/commitments?case_id=" + test.case_id + "&status=kept&", 2)
            .size() == 1);
  CHECK(items_of(test.client, std::string("/v1/commitments?case_id=") + nobody + "&", 2).empty());
  auto const page = body_of(test.client.get("/v1/commitments?limit=1"), 200);
  CHECK(told(test.client.get("/v1/commitments?status=open&limit=1&cursor=" +
                             page.at("next_cursor").get<std::string>())) == "422 invalid ?cursor");
}

TEST_CASE("commitments api: scopes and tenants are kept apart", "[commitments]") {
  Fixture test;
  auto const made = test.made();
  Json const past{{"what", "x"}, {"at", in(-hours(5))}, {"due_at", in(-hours(2))}};
  CHECK(body_of(test.make(past), 201).at("overdue") == true);
  auto const path = "/v1/cases/" + test.case_id + "/commitments";
  auto writer = test.server.client_with(test.server.make_key(test.tenant, "cases:write"));
  CHECK(told(writer.post(path, past.dump())) == "403 forbidden");
  CHECK(told(writer.patch("/v1/commitments/" + id_of(made),
                          Json{{"status", "kept"}, {"settled_at", in(-hours(1))}}.dump())) ==
        "403 forbidden");
  CHECK(told(writer.get("/v1/commitments")) == "403 forbidden");
  auto reader = test.server.client_with(test.server.make_key(test.tenant, "cases:read"));
  CHECK(told(reader.post(path, past.dump())) == "403 forbidden");
  CHECK(told(reader.patch("/v1/commitments/" + id_of(made), "{}")) == "403 forbidden");
  CHECK(told(reader.get("/v1/commitments/" + id_of(made))) == "200");

  auto stranger = test.server.client();
  CHECK(told(stranger.get("/v1/commitments/" + id_of(made))) == "404 not_found");
  CHECK(told(stranger.patch("/v1/commitments/" + id_of(made), R"({"status":"kept"})")) ==
        "404 not_found");
  CHECK(told(stranger.post(path, past.dump())) == "404 not_found");
  CHECK(told(test.client.get(std::string("/v1/commitments/") + nobody)) == "404 not_found");
  CHECK(told(test.client.patch(std::string("/v1/commitments/") + nobody, "{}")) == "404 not_found");
  CHECK(body_of(test.client.get("/v1/commitments/" + id_of(made)), 200) == made);
}

}  // namespace
}  // namespace throughline::commitments
