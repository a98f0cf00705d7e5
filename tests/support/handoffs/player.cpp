// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/handoffs/player.hpp"

#include <algorithm>
#include <thread>

#include "support/patience.hpp"
#include "support/random_text.hpp"

namespace throughline::handoffs {
namespace {

constexpr std::size_t racers_max = 3;
constexpr std::size_t story_max = 40;
constexpr std::size_t read_back = 3;    // handoffs, the newest
constexpr std::size_t passed_max = 40;  // in a game
// Redis may have to be given up meanwhile.
constexpr std::chrono::seconds caches_told{5 * support::patience};
constexpr std::array<char const*, 5> agents{"bot-1", "bot-2", "desk-1", "desk-2", "desk-3"};
// Nothing is said to fall silent there, however much time passes.
constexpr std::array<char const*, 2> channels{"sms", "email"};

std::string some_agent(histories::Dice& dice) {
  return dice.pick(agents);
}

std::string agent_or_none(histories::Dice& dice) {
  return dice.one_in(4) ? std::string() : some_agent(dice);
}

struct Wire {
  std::string method, target;
  json body;
};

json with_agent(json body, std::string const& agent) {
  if (!agent.empty()) body["agent"] = agent_json(agent);
  return body;
}

Wire wire(State const& state, Moment const& moment, Op const& op) {
  auto const interaction = "/v1/interactions/" + state.contacts.at(op.contact).id;
  auto const handoff =
      state.handoffs.empty() ? std::string() : "/v1/handoffs/" + state.handoffs.at(op.handoff).id;
  switch (op.kind) {
    case Op::Kind::offer: {
      json to{{"queue", "returns"}};
      if (!op.to_agent.empty()) to["agent"] = agent_json(op.to_agent);
      json body{{"interaction_id", state.contacts.at(op.contact).id},
                {"to", to},
                {"expires_at", format_rfc3339(moment.now + op.lasts)}};
      return {"POST", "/v1/handoffs", with_agent(body, op.agent)};
    }
    case Op::Kind::accept: {
      json body = with_agent(json::object(), op.agent);
      if (op.receiving) body["interaction_id"] = state.contacts.at(*op.receiving).id;
      return {"POST", handoff + "/accept", body};
    }
    case Op::Kind::decline:
      return {"POST", handoff + "/decline", with_agent({{"reason", "busy"}}, op.agent)};
    case Op::Kind::cancel:
      return {"POST", handoff + "/cancel", with_agent(json::object(), op.agent)};
    case Op::Kind::read:
      return {"POST", handoff + "/read", with_agent(json::object(), op.agent)};
    case Op::Kind::say: {
      json line{{"role", op.role}, {"text", op.text}};
      if (op.ago.count() > 0) line["at"] = format_rfc3339(moment.now - op.ago);
      return {"POST", interaction + "/messages",
              with_agent({{"messages", json::array({line})}}, op.agent)};
    }
    case Op::Kind::summarise:
      return {"PATCH", interaction, {{"summary", op.text}}};
    case Op::Kind::end:
      break;
  }
  return {"POST", interaction + "/end", {{"outcome", op.outcome}}};
}

}  // namespace

// --- time --------------------------------------------------------------------------------------

Times::Times(support::Api& api) : api_(api), moment_{support::test_now, support::test_now} {
  for (std::size_t i = 0; i < api.size(); ++i) sweepers_.push_back(std::make_unique<std::mutex>());
}

Moment Times::moment() {
  std::lock_guard const lock(mutex_);
  return moment_;
}

void Times::pass(std::chrono::seconds time) {
  std::unique_lock const alone(passing_);
  std::lock_guard const lock(mutex_);
  moment_.now += time;
  api_.set_clocks(moment_.now);
}

void Times::ring(std::size_t instance) {
  auto const now = moment().now;
  {
    std::lock_guard const sweeping(*sweepers_.at(instance));
    api_.ring(instance);
  }
  std::lock_guard const lock(mutex_);
  moment_.rung = std::max(moment_.rung, now);
}

// --- a game ------------------------------------------------------------------------------------

Game::Game(support::Api& api, support::Api::Tenant const& tenant, Times& times, int number)
    : times_(times), number_(number) {
  racers_.resize(racers_max);
  for (std::size_t i = 0; i < api.size(); ++i) {
    clients_.push_back(api.client(tenant.key, i));
    for (auto& racer : racers_) racer.push_back(api.client(tenant.key, i));
  }
  for (std::size_t which = 0; which < state().contacts.size(); ++which) start_contact(which);
}

void Game::start_contact(std::size_t which) {
  std::string const email = "game-" + std::to_string(number_) + "@example.com";
  json const body{{"channel", channels.at(which)},
                  {"direction", "inbound"},
                  {"identifiers", {{{"type", "email"}, {"value", email}}}},
                  {"agent", agent_json("bot-1")}};
  auto const answer = clients_.front().post("/v1/interactions", body.dump());
  if (answer.status != 201) fail("a contact could not start: " + answer.body);
  customer_ = answer.json().at("customer").at("id");
  Contact contact;
  contact.id = answer.json().at("interaction").at("id");
  contact.agent = "bot-1";
  states_.front().contacts.at(which) = std::move(contact);
}

void Game::tell(Op const& op, Answered const& answer) {
  auto const [method, target, body] = wire(state(), times_.moment(), op);
  story_.push_back(method + " " + target + " " + body.dump() + " → " +
                   std::to_string(answer.status) + " " + answer.code);
  if (story_.size() > story_max) story_.pop_front();
}

void Game::fail(std::string const& what) const {
  std::string text = what + "\n  customer " + customer_;
  for (auto const& line : story_) text += "\n  " + line;
  throw Broken(text);
}

// --- what is asked -----------------------------------------------------------------------------

Op Game::make_offer(histories::Dice& dice) {
  Op op;
  op.kind = Op::Kind::offer;
  op.contact = dice.below(2);
  auto const& holder = state().contacts.at(op.contact).agent;
  op.agent = dice.one_in(3) ? agent_or_none(dice) : holder;
  if (dice.one_in(3)) op.to_agent = some_agent(dice);
  op.lasts = std::chrono::seconds(1 + dice.below(60));
  return op;
}

Op Game::make_line(histories::Dice& dice) {
  Op op;
  op.kind = Op::Kind::say;
  op.contact = dice.below(2);
  op.role = dice.one_in(4) ? "customer" : "agent";
  op.text = "line " + std::to_string(++keys_);
  auto const& holder = state().contacts.at(op.contact).agent;
  op.agent = dice.one_in(2) ? agent_or_none(dice) : holder;
  if (dice.one_in(3)) op.ago = std::chrono::seconds(1 + dice.below(30));
  return op;
}

Op Game::make_op(histories::Dice& dice) {
  auto const roll = dice.below(100);
  if (roll < 18 || state().handoffs.empty()) return make_offer(dice);
  if (roll < 55) return make_line(dice);
  Op op;
  auto const newest = std::min<std::size_t>(state().handoffs.size(), read_back);
  op.handoff = state().handoffs.size() - 1 - dice.below(newest);
  op.agent = some_agent(dice);
  auto const& handoff = state().handoffs.at(op.handoff);
  if (roll < 76) {
    op.kind = Op::Kind::accept;
    if (!handoff.to_agent.empty() && dice.one_in(2)) op.agent = handoff.to_agent;
    if (dice.one_in(3)) op.receiving = dice.below(2);
  } else if (roll < 88) {
    op.kind = Op::Kind::read;
  } else if (roll < 92) {
    op.kind = Op::Kind::decline;
    if (dice.one_in(2)) op.agent.clear();
  } else if (roll < 95) {
    op.kind = Op::Kind::cancel;
    if (dice.one_in(2)) op.agent.clear();
  } else if (roll < 98) {
    op.kind = Op::Kind::summarise;
    op.contact = handoff.contact;
    op.text = "summary " + std::to_string(++keys_);
  } else {
    op.kind = Op::Kind::end;
    op.contact = handoff.contact;
    op.outcome = dice.one_in(2) ? "transferred" : "resolved";
  }
  return op;
}

/// Requests that get in each other's way, mostly about one handoff.
std::vector<Op> Game::make_race(histories::Dice& dice) {
  std::vector<Op> ops{make_op(dice)};
  auto const count = 2 + dice.below(racers_max - 1);
  while (ops.size() < count) {
    Op op = make_op(dice);
    if (dice.one_in(2)) op.handoff = ops.front().handoff;
    if (dice.one_in(2)) op.contact = ops.front().contact;
    ops.push_back(std::move(op));
  }
  return ops;
}

// --- what becomes of it ------------------------------------------------------------------------

Answered Game::send(Op const& op, support::Client& client, std::string const& key) {
  auto const [method, target, body] = wire(state(), times_.moment(), op);
  support::Headers headers;
  if (!key.empty()) headers.emplace_back("Idempotency-Key", key);
  auto const answer = client.request(method, target, body.dump(), headers);
  Answered answered{answer.status, {}, answer.json()};
  if (answer.status >= 400) {
    auto const type = answered.document.at("type").get<std::string>();
    answered.code = type.substr(type.find_last_of(':') + 1);
  }
  return answered;
}

/// The states that the answers can leave, in whichever order the requests took effect.
std::vector<State> Game::explanations(Moment const& moment, std::vector<Sent> const& sent) const {
  auto const known_before = static_cast<std::ptrdiff_t>(state().handoffs.size());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < sent.size(); ++i) order.push_back(i);
  std::vector<State> found;
  do {
    for (State state : states_) {
      bool const explains = std::all_of(order.begin(), order.end(), [&](std::size_t place) {
        return follows(state, moment, sent[place].op, sent[place].answer);
      });
      if (!explains) continue;
      std::sort(state.handoffs.begin() + known_before, state.handoffs.end(),
                [](Passed const& one, Passed const& other) { return one.id < other.id; });
      bool const known = std::find(found.begin(), found.end(), state) != found.end();
      if (!known) found.push_back(std::move(state));
    }
  } while (std::next_permutation(order.begin(), order.end()));
  return found;
}

void Game::exchange(std::vector<Op> const& ops, histories::Dice& dice) {
  auto const moment = times_.moment();
  std::vector<Sent> sent(ops.size());
  std::vector<std::size_t> instances;
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    instances.push_back(dice.below(clients_.size()));
    keys.push_back(dice.one_in(3) ? "key-" + std::to_string(number_) + "-" + std::to_string(++keys_)
                                  : std::string());
  }
  bool const sweeps = dice.one_in(4);
  std::vector<std::thread> racers;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    racers.emplace_back([&, i] {
      sent[i] = {ops[i], send(ops[i], racers_.at(i).at(instances[i]), keys[i])};
    });
  }
  if (sweeps) times_.ring(instances.front());
  for (auto& racer : racers) racer.join();
  for (auto const& [op, answer] : sent) tell(op, answer);
  requests_ += static_cast<int>(ops.size());

  states_ = explanations(moment, sent);
  if (states_.empty()) fail("no order of the requests explains the last answers");
  auto const reading = times_.moment();
  std::string fault;
  std::erase_if(states_, [&](State const& state) {
    std::string wrong;
    for (std::size_t i = 0; i < clients_.size() && wrong.empty(); ++i)
      wrong = fault_in(state, reading, i);
    if (!wrong.empty()) fault = wrong;
    return !wrong.empty();
  });
  if (states_.empty()) fail(fault);
  for (std::size_t i = 0; i < ops.size(); ++i) repeat(sent[i], keys[i]);
}

void Game::repeat(Sent const& sent, std::string const& key) {
  if (key.empty() || sent.answer.status >= 300) return;
  auto const again = send(sent.op, clients_.front(), key);
  bool const same = again.status == sent.answer.status && again.code == sent.answer.code;
  if (!same) fail("repeated under its key, the answer is " + std::to_string(again.status));
}

json Game::read(std::string const& target, std::size_t instance) {
  auto const answer = clients_.at(instance).get(target);
  if (answer.status != 200) fail(target + " answered " + answer.body);
  return answer.json();
}

/// Caches are told of what a sweeper commits a moment after it, for nobody has an answer to wait
/// for: until then a context may show an offer that has been told as expired, and nothing else that
/// is over.
std::string Game::fault_in_context(State const& state, Moment const& moment, std::size_t instance) {
  Moment const untold{moment.now, {}};
  test::Budget const patience(caches_told);
  for (;;) {
    bool const last = !patience.lasts();
    auto const pending =
        read("/v1/context?customer_id=" + customer_, instance).at("pending_handoffs");
    auto const wrong = fault_in_pending(state, untold, pending);
    auto const trails = fault_in_pending(state, moment, pending);
    if (!wrong.empty() || trails.empty() || last) return wrong.empty() ? trails : wrong;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string Game::fault_in(State const& state, Moment const& moment, std::size_t instance) {
  auto fault = fault_in_context(state, moment, instance);
  for (Contact const& contact : state.contacts) {
    if (fault.empty())
      fault = fault_in_contact(contact, read("/v1/interactions/" + contact.id, instance));
  }
  auto const count = std::min<std::size_t>(state.handoffs.size(), read_back);
  for (std::size_t i = 1; i <= count && fault.empty(); ++i) {
    auto const& handoff = state.handoffs[state.handoffs.size() - i];
    fault = fault_in_handoff(state, moment, handoff, read("/v1/handoffs/" + handoff.id, instance));
  }
  return fault;
}

void Game::step(histories::Dice& dice) {
  if (dice.one_in(8)) times_.pass(std::chrono::seconds(1 + dice.below(20)));
  auto const still = times_.hold();
  if (dice.one_in(8)) times_.ring(dice.below(clients_.size()));
  bool const race = dice.one_in(3);
  if (race) ++races_;
  exchange(race ? make_race(dice) : std::vector{make_op(dice)}, dice);
}

bool Game::is_over(histories::Dice& dice) const {
  bool const ended = std::any_of(state().contacts.begin(), state().contacts.end(),
                                 [](Contact const& contact) { return !contact.live; });
  return state().handoffs.size() >= passed_max || (ended && dice.one_in(6));
}

std::string Game::fault_at_end(State const& state, Moment const& moment) {
  for (Contact const& contact : state.contacts) {
    auto const fault = fault_in_transcript(
        contact, read("/v1/interactions/" + contact.id + "/messages?limit=200", 0));
    if (!fault.empty()) return fault;
  }
  for (Passed const& handoff : state.handoffs) {
    auto const fault =
        fault_in_handoff(state, moment, handoff, read("/v1/handoffs/" + handoff.id, 0));
    if (!fault.empty()) return fault;
  }
  return {};
}

void Game::check_end() {
  auto const moment = times_.moment();
  std::string fault;
  for (State const& state : states_) {
    fault = fault_at_end(state, moment);
    if (fault.empty()) return;
  }
  fail(fault);
}

}  // namespace throughline::handoffs
