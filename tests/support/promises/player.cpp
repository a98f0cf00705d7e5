// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/promises/player.hpp"

#include <array>
#include <thread>

#include "support/patience.hpp"
#include "support/random_text.hpp"

namespace throughline::promises {
namespace {

constexpr std::size_t cases = 2;
constexpr std::size_t commitments_max = 8;  // of a case: contexts show them all
constexpr int steps_max = 60;               // of a game
constexpr std::size_t story_max = 60;
// Redis may have to be given up meanwhile.
constexpr std::chrono::seconds caches_told{5 * support::patience};
constexpr std::array<char const*, 4> statuses{"open", "pending", "resolved", "closed"};
constexpr std::array<char const*, 3> ends{"kept", "broken", "cancelled"};

}  // namespace

void set_target(support::Client& client) {
  json const policy{
      {"name", "solve"}, {"metric", "resolution"}, {"target_minutes", time_to_solve.count()}};
  auto const answer =
      client.patch("/v1/settings/sla", json{{"policies", json::array({policy})}}.dump());
  if (answer.status != 200) throw Broken("the target was refused: " + answer.body);
}

Game::Game(support::Api& api, support::Api::Tenant const& tenant, Times& times, int number)
    : times_(times), number_(number) {
  for (std::size_t i = 0; i < api.size(); ++i) clients_.push_back(api.client(tenant.key, i));
  auto const still = times_.hold();
  auto& client = clients_.front();
  auto const person =
      client.put("/v1/customers/by/account/promised:" + std::to_string(number), "{}");
  if (person.status != 201) fail("there is no customer: " + person.body);
  customer_ = person.json().at("id");
  for (std::size_t i = 0; i < cases; ++i) {
    auto const opened =
        client.post("/v1/cases", json{{"customer_id", customer_}, {"subject", "late"}}.dump());
    if (opened.status != 201) fail("a case could not be opened: " + opened.body);
    Problem problem;
    problem.id = opened.json().at("id");
    problem.since = times_.moment().now;
    problems_.push_back(problem);
  }
}

void Game::fail(std::string const& what) const {
  std::string text = what + "\n  customer " + customer_;
  for (auto const& line : story_) text += "\n  " + line;
  throw Broken(text);
}

// --- what is done ------------------------------------------------------------------------------

/// To any instance, at times under a key and then again to another one.
json Game::send(histories::Dice& dice, std::string const& method, std::string const& target,
                json const& body) {
  support::Headers headers;
  if (dice.one_in(3)) {
    headers.emplace_back("Idempotency-Key",
                         "promise-" + std::to_string(number_) + "-" + std::to_string(requests_));
  }
  ++requests_;
  auto& client = clients_.at(dice.below(clients_.size()));
  auto const answer = client.request(method, target, body.dump(), headers);
  story_.push_back(format_rfc3339(times_.moment().now) + " " + method + " " + target + " " +
                   body.dump() + " → " + std::to_string(answer.status));
  if (story_.size() > story_max) story_.pop_front();
  if (answer.status >= 300) fail("answered " + answer.body);
  if (!headers.empty()) {
    auto const again =
        clients_.at(dice.below(clients_.size())).request(method, target, body.dump(), headers);
    bool const same =
        again.status == answer.status && again.json().at("id") == answer.json().at("id");
    if (!same) fail("repeated under its key, the answer is " + again.body);
  }
  return answer.json();
}

void Game::make(histories::Dice& dice, Problem& problem) {
  if (problem.commitments.size() == commitments_max) return;
  Commitment made;
  made.due_at = times_.moment().now + std::chrono::seconds(1 + dice.below(120));
  auto const target = "/v1/cases/" + problem.id + "/commitments";
  made.id =
      send(dice, "POST", target, {{"what", "A call"}, {"due_at", format_rfc3339(made.due_at)}})
          .at("id");
  problem.commitments.push_back(made);
}

void Game::settle(histories::Dice& dice, Problem& problem) {
  if (problem.commitments.empty()) return;
  auto& commitment = problem.commitments[dice.below(problem.commitments.size())];
  if (commitment.status != "open") return;
  std::string const status = dice.pick(ends);
  send(dice, "PATCH", "/v1/commitments/" + commitment.id, {{"status", status}});
  commitment.status = status;
  commitment.settled_at = times_.moment().now;
}

void Game::change(histories::Dice& dice, Problem& problem) {
  // Seldom to the end, from which nothing leads back.
  std::string const status = statuses[dice.below(dice.one_in(8) ? 4 : 3)];
  if (problem.status == "closed" || problem.status == status) return;
  send(dice, "PATCH", "/v1/cases/" + problem.id, {{"status", status}});
  problem.change(status, times_.moment().now);
}

void Game::act(histories::Dice& dice) {
  auto& problem = problems_[dice.below(problems_.size())];
  auto const roll = dice.below(100);
  if (roll < 40) return make(dice, problem);
  if (roll < 65) return settle(dice, problem);
  if (roll < 90) return change(dice, problem);
}

void Game::step(histories::Dice& dice) {
  ++steps_;
  if (dice.one_in(3)) times_.pass(std::chrono::seconds(1 + dice.below(60)));
  auto const still = times_.hold();
  {
    // Two sweep at once, and beside the request.
    std::vector<std::jthread> sweepers;
    for (std::size_t i = 0; dice.one_in(3) && i < clients_.size(); ++i)
      sweepers.emplace_back([this, i] { times_.ring(i); });
    act(dice);
  }
  for (std::size_t i = 0; i < clients_.size(); ++i) look(i);
}

bool Game::is_over() const {
  return steps_ >= steps_max;
}

// --- what is read ------------------------------------------------------------------------------

json Game::read(std::string const& target, std::size_t instance) {
  auto const answer = clients_.at(instance).get(target);
  if (answer.status != 200) fail(target + " answered " + answer.body);
  return answer.json();
}

std::string Game::fault_in_context(Moment const& moment, std::size_t instance) {
  auto const document = read("/v1/context?customer_id=" + customer_, instance);
  for (auto const& problem : problems_) {
    json shown;
    for (auto const& item : document.at("open_cases")) {
      if (item.at("id") == problem.id) shown = item;
    }
    auto const fault = fault_in_case(problem, moment, shown);
    if (!fault.empty()) return "case " + problem.id + " " + fault;
  }
  return {};
}

/// Caches are told of what a sweeper commits a moment after it, for nobody has an answer to wait
/// for; of everything else before it is answered.
void Game::look(std::size_t instance) {
  auto const moment = times_.moment();
  auto const wrong = fault_in_context({moment.now, {}}, instance);
  if (!wrong.empty()) fail("on instance " + std::to_string(instance) + " " + wrong);
  test::Budget const patience(caches_told);
  auto trails = fault_in_context(moment, instance);
  while (!trails.empty() && patience.lasts()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    trails = fault_in_context(moment, instance);
  }
  if (!trails.empty()) fail("on instance " + std::to_string(instance) + " " + trails);
  read_records(instance);
}

void Game::read_records(std::size_t instance) {
  auto const moment = times_.moment();
  for (auto const& problem : problems_) {
    auto const clocks = read("/v1/cases/" + problem.id + "/sla", instance).at("items");
    if (clocks.size() != 1) fail("case " + problem.id + " has the clocks " + clocks.dump());
    auto const wrong = fault_in_clock(problem, moment, clocks[0]);
    if (!wrong.empty()) fail("the clock of " + problem.id + ": " + wrong);
    if (problem.commitments.empty()) continue;
    auto const& newest = problem.commitments.back();
    auto const fault =
        fault_in_commitment(newest, moment, read("/v1/commitments/" + newest.id, instance));
    if (!fault.empty()) fail("commitment " + newest.id + ": " + fault);
  }
}

int Game::count(json const& entries, std::string const& fact, std::string const& resource) const {
  int found = 0;
  for (auto const& entry : entries) {
    if (entry.at("fact") == fact && entry.at("resource_id") == resource) ++found;
  }
  return found;
}

void Game::check_end() {
  for (std::size_t i = 0; i < clients_.size(); ++i) times_.ring(i);
  auto const moment = times_.moment();
  auto const timeline = "/v1/customers/" + customer_ + "/timeline?limit=200&kind=";
  auto const told = read(timeline + "commitment", 0).at("items");
  auto const clocks_told = read(timeline + "sla", 0).at("items");
  for (auto& problem : problems_) {
    problem.catch_up(moment.now);
    auto const clock = read("/v1/cases/" + problem.id + "/sla", 0).at("items").at(0);
    auto const wrong = fault_in_clock(problem, moment, clock);
    if (!wrong.empty()) fail("at the end, the clock of " + problem.id + ": " + wrong);
    int const breaches = count(clocks_told, "breached", clock.at("id"));
    if (breaches != (problem.breached_at ? 1 : 0))
      fail("the breach of " + problem.id + " is told " + std::to_string(breaches) + " times");
    breached_ += breaches;
    for (auto const& commitment : problem.commitments) {
      auto const fault =
          fault_in_commitment(commitment, moment, read("/v1/commitments/" + commitment.id, 0));
      if (!fault.empty()) fail("at the end, commitment " + commitment.id + ": " + fault);
      int const times = count(told, "overdue", commitment.id);
      if (times != (commitment.must_be_overdue(moment) ? 1 : 0))
        fail("that " + commitment.id + " is overdue is told " + std::to_string(times) + " times");
      overdue_ += times;
    }
  }
}

}  // namespace throughline::promises
