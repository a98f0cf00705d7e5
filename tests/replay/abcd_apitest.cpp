// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Three real conversations of a shop's chat (ASAPP's ABCD) replayed as interactions and cases. Then
// each customer comes back on another channel, and the context must tell what they said before.
#include <cctype>
#include <fstream>
#include <map>

#include "support/answers.hpp"
#include "support/server.hpp"
#include "support/shared_data.hpp"

namespace throughline {
namespace {

using namespace throughline::support;

/// What the shop's agent would have written down at the end of each conversation.
struct Ending {
  std::string subject;
  std::string question;  // left open; empty if none
  std::string status;    // of the case
  std::string outcome;
  std::string summary;
};
Ending const return_size{
    "Wrong size, return refused after 90 days", "May a manager waive the 90 days?", "open",
    "escalated", "Wants to return jeans of the wrong size; a manager was notified and will call."};
Ending const refund_status{"Where is the refund", "", "pending", "resolved",
                           "Refund to the credit card is in progress, less than a week."};
Ending const promo_code{"How long promo codes last", "", "resolved", "resolved",
                        "Promo codes expire after 7 days."};

std::vector<Json> conversations() {
  std::ifstream in(test::shared_data("abcd/abcd_sample.json"));
  return Json::parse(in).get<std::vector<Json>>();
}

/// "crystal minh" → "Crystal Minh"
std::string as_name(std::string text) {
  bool first = true;
  for (char& c : text) {
    if (first) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    first = c == ' ';
  }
  return text;
}

std::vector<std::string> actions_of(Json const& conversation) {
  std::vector<std::string> actions;
  for (auto const& turn : conversation.at("original")) {
    if (turn.at(0) == "action") actions.push_back(turn.at(1));
  }
  return actions;
}

class Shop {
  Server server_;  // before its client

 public:
  Client client = server_.client_with(server_.make_key(Server::make_tenant_name(), "all", "US"));

  /// Replays one conversation a turn at a time; returns the interaction's id.
  std::string replay(Json const& conversation, Ending const& ending) {
    auto const started =
        body_of(client.post("/v1/interactions", opening(conversation).dump()), 201);
    auto const chat = id_of(started.at("interaction"));
    auto const& person = conversation.at("scenario").at("personal");
    Json const known{{"display_name", as_name(person.at("customer_name"))},
                     {"tier", person.at("member_level")},
                     {"profile", {{"full_name", person.at("customer_name")}}}};
    body_of(client.patch("/v1/customers/" + id_of(started.at("customer")), known.dump()), 200);
    Json const problem{{"interaction_id", chat},
                       {"subject", ending.subject},
                       {"intent", conversation.at("scenario").at("subflow")},
                       {"attributes", conversation.at("scenario").at("order")}};
    auto const case_id = id_of(body_of(client.post("/v1/cases", problem.dump()), 201));
    for (auto const& turn : conversation.at("original")) say(chat, case_id, turn);
    finish(chat, case_id, ending);
    return chat;
  }

 private:
  static Json opening(Json const& conversation) {
    auto const& person = conversation.at("scenario").at("personal");
    auto identifiers = Json::array({{{"type", "phone"}, {"value", person.at("phone")}}});
    if (person.contains("email"))
      identifiers.push_back({{"type", "email"}, {"value", person.at("email")}});
    if (person.contains("username")) {
      auto const account = "shop:" + person.at("username").get<std::string>();
      identifiers.push_back(
          {{"type", "account"}, {"value", account}, {"assurance", "authenticated"}});
    }
    return {{"channel", "chat"},
            {"direction", "inbound"},
            {"identifiers", identifiers},
            {"agent", {{"kind", "human"}, {"id", "abcd"}}},
            {"intent", conversation.at("scenario").at("flow")},
            {"external_id", {{"system", "abcd"}, {"id", conversation.at("convo_id").dump()}}}};
  }

  /// An action of the agent's is a line that the system wrote, and a step taken on the case.
  void say(std::string const& chat, std::string const& case_id, Json const& turn) {
    server_.clock().advance(std::chrono::seconds(20));
    bool const action = turn.at(0) == "action";
    Json const line{{"role", action ? Json("system") : turn.at(0)}, {"text", turn.at(1)}};
    body_of(client.post("/v1/interactions/" + chat + "/messages",
                        Json{{"messages", Json::array({line})}}.dump()),
            201);
    if (action) note(chat, case_id, "step", turn.at(1));
  }
  void note(std::string const& chat, std::string const& case_id, std::string const& kind,
            std::string const& text) {
    Json const body{{"kind", kind}, {"text", text}, {"interaction_id", chat}};
    body_of(client.post("/v1/cases/" + case_id + "/notes", body.dump()), 201);
  }
  void finish(std::string const& chat, std::string const& case_id, Ending const& ending) {
    if (!ending.question.empty()) note(chat, case_id, "open_question", ending.question);
    body_of(client.patch("/v1/cases/" + case_id, Json{{"status", ending.status}}.dump()), 200);
    Json const end{{"outcome", ending.outcome}, {"summary", ending.summary}};
    body_of(client.post("/v1/interactions/" + chat + "/end", end.dump()), 200);
    server_.clock().advance(std::chrono::hours(24));
  }
};

/// What whoever answers next must be told, whatever the customer is known by.
void check_context(Json const& context, Json const& conversation, Ending const& ending) {
  auto const& scenario = conversation.at("scenario");
  auto const& customer = context.at("customer");
  CHECK(customer.at("display_name") == as_name(scenario.at("personal").at("customer_name")));
  CHECK(customer.at("tier") == scenario.at("personal").at("member_level"));
  CHECK(customer.at("identifiers").size() ==
        1 + scenario.at("personal").count("email") + scenario.at("personal").count("username"));

  REQUIRE(context.at("open_cases").size() == 1);
  auto const& problem = context.at("open_cases").at(0);
  CHECK(problem.at("subject") == ending.subject);
  CHECK(problem.at("intent") == scenario.at("subflow"));
  CHECK(problem.at("status") == ending.status);
  CHECK(problem.value("open_question", "") == ending.question);
  auto actions = actions_of(conversation);
  REQUIRE(problem.at("steps_taken").size() == actions.size());
  for (auto const& step : problem.at("steps_taken")) {
    CHECK(step.at("text") == actions.back());
    CHECK(step.at("channel") == "chat");
    actions.pop_back();
  }

  REQUIRE(context.at("recent_interactions").size() == 1);
  auto const& contact = context.at("recent_interactions").at(0);
  CHECK(contact.at("channel") == "chat");
  CHECK(contact.at("case_id") == problem.at("id"));
  CHECK(contact.at("intent") == scenario.at("flow"));
  CHECK(contact.at("outcome") == ending.outcome);
  CHECK(contact.at("summary") == ending.summary);
  CHECK(context.dump().size() < 8192);
}

void check_transcript(Client& client, std::string const& chat, Json const& conversation) {
  auto const lines = items_of(client, "/v1/interactions/" + chat + "/messages?", 10);
  auto const& turns = conversation.at("original");
  REQUIRE(lines.size() == turns.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i].at("seq") == i + 1);
    CHECK(lines[i].at("text") == turns.at(i).at(1));
  }
}

std::string query_of(std::string const& value) {
  std::string text;
  for (char const c : value) text += c == ' ' ? "%20" : std::string(1, c);
  return text;
}

TEST_CASE("replay: whoever answers next knows what was said in the chat", "[replay]") {
  Shop shop;
  auto const all = conversations();
  std::vector<Ending> const endings{return_size, refund_status, promo_code};
  REQUIRE(all.size() == endings.size());
  std::vector<std::string> chats;
  for (std::size_t i = 0; i < all.size(); ++i) chats.push_back(shop.replay(all[i], endings[i]));

  for (std::size_t i = 0; i < all.size(); ++i) {
    auto const& person = all[i].at("scenario").at("personal");
    INFO(person.at("customer_name"));
    std::string const phone = person.at("phone");
    auto const context =
        body_of(shop.client.get("/v1/context?region=US&phone=" + query_of(phone)), 200);
    check_context(context, all[i], endings[i]);
    check_transcript(shop.client, chats[i], all[i]);
    if (person.contains("email")) {
      std::string const email = person.at("email");
      CHECK(body_of(shop.client.get("/v1/context?email=" + email), 200) == context);
    }
  }
}

TEST_CASE("replay: the call after the chat starts where the chat ended", "[replay]") {
  Shop shop;
  auto const crystal = conversations().front();
  auto const chat = shop.replay(crystal, return_size);
  Json const call{
      {"channel", "voice"},
      {"direction", "inbound"},
      {"identifiers", {{{"type", "phone"}, {"value", "+19776252661"}, {"assurance", "channel"}}}},
      {"agent", {{"kind", "bot"}, {"id", "voice-1"}}}};
  auto const answer =
      body_of(shop.client.post("/v1/interactions?include=context", call.dump()), 201);
  CHECK(answer.at("created") == false);
  CHECK(answer.at("match").at("decision") == "matched");
  CHECK(answer.at("customer").at("display_name") == "Crystal Minh");
  auto const& context = answer.at("context");
  CHECK(context.at("live").at(0).at("interaction_id") == answer.at("interaction").at("id"));
  CHECK(context.at("open_cases").at(0).at("open_question") == "May a manager waive the 90 days?");
  CHECK(context.at("open_cases").at(0).at("steps_taken").at(0).at("text") ==
        "The manager has been notified.");
  CHECK(context.at("recent_interactions").at(0).at("id") == chat);

  auto const timeline =
      items_of(shop.client, "/v1/customers/" + id_of(answer.at("customer")) + "/timeline?", 20);
  std::map<std::string, std::size_t> kinds;
  for (auto const& entry : timeline) ++kinds[entry.at("kind").get<std::string>()];
  CHECK(kinds["message"] == crystal.at("original").size());
  CHECK(kinds["note"] == actions_of(crystal).size() + 1);
  CHECK(kinds["interaction"] == 3);  // the chat's start and end, the call's start
  CHECK(kinds["case"] == 1);
  CHECK(timeline.front().at("channel") == "voice");
}

}  // namespace
}  // namespace throughline
