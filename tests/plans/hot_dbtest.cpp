// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What the hot operations cost a customer with a history of thousands: as much as they show, never
// as much as there is. Asked of PostgreSQL by what it read, with the plans the server has.
#include <catch2/catch.hpp>

#include "domain/handoffs/store.hpp"
#include "domain/identity/store.hpp"
#include "support/desk.hpp"
#include "support/history.hpp"
#include "support/reads.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/commitments.hpp"
#include "throughline/domain/context.hpp"
#include "throughline/domain/events.hpp"
#include "throughline/domain/notes.hpp"
#include "throughline/domain/sla.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline {
namespace {

using postgres::Mode;
using postgres::Tx;
using support::History;
using support::reads_of;

constexpr std::size_t page_limit = 50;

/// A page's rows, each found a few times over, and a row for each customer of no page.
constexpr double page_most = 4 * page_limit;
/// A write looks at a few rows of each table.
constexpr double write_most = 20;

PageRequest page_after(Timestamp at) {
  return {page_limit, to_keys({at, Uuid{}})};
}

struct Asked {
  char const* what;
  double most;
  std::function<void(Tx&)> body;
};

void check(History& world, Mode mode, std::vector<Asked> const& operations) {
  for (auto const& [what, most, body] : operations) {
    // The second time it runs by a plan that it has kept.
    for (int time = 0; time < 2; ++time) {
      auto const reads = reads_of(world.database, world.tenant, mode, body);
      INFO(what << ", at most " << most << " rows of a table\n" << reads.text());
      CHECK((most == 0 || reads.most() > 0));
      CHECK(reads.most() <= most);
      // Tables of a row for each tenant may be walked.
      CHECK(reads.walks() <= 5);
    }
  }
}

TEST_CASE("plans: reading a long history costs what is shown of it", "[plans]") {
  History world;
  auto const& actor = world.actor;
  changes::Horizon horizon;
  auto const deep = support::test_now - std::chrono::minutes(support::history);
  auto const deep_seconds = support::test_now - std::chrono::seconds(support::history);
  timeline::Filter by_kind, by_channel, by_case, since;
  by_kind.kind = "note";
  by_channel.channel = "chat";
  by_case.case_id = world.case_id;
  since.since = support::test_now - std::chrono::hours(48);
  cases::Filter of_customer, open, assigned;
  of_customer.customer = world.customer;
  open.status = "open";
  commitments::Filter to_customer, on_case, promised;
  to_customer.customer = world.customer;
  on_case.case_id = world.case_id;
  promised.status = "open";
  interactions::Filter live, by_agent;
  live.status = "live";
  by_agent.agent = "bot-1";

  // Lists of a context are counted up to so many rows beyond what they show.
  double const context_most = 3 * (context::counted_beyond_max + 20);
  // The last messages, and those looked through for the knowledge in use.
  double const packet_most = handoffs::messages_max + handoffs::knowledge_messages_max + 20;
  std::vector<Asked> operations{
      {"who is calling", 10,
       [&](Tx& tx) {
         identity::resolve(tx, actor, {{support::phone(History::phone)}, std::nullopt});
       }},
      {"context", context_most, [&](Tx& tx) { context::assemble(tx, actor, world.customer); }},
      {"feed from the beginning", page_most,
       [&](Tx& tx) {
         changes::read(tx, actor, horizon, {0, {}, page_limit});
       }},
      {"feed further on", page_most,
       [&](Tx& tx) {
         changes::read(tx, actor, horizon, {support::history, {}, page_limit});
       }},
      {"notes", page_most,
       [&](Tx& tx) {
         notes::list(tx, world.case_id, {page_limit, {}});
       }},
      {"notes far down", page_most,
       [&](Tx& tx) { notes::list(tx, world.case_id, page_after(deep_seconds)); }},
      {"transcript", page_most,
       [&](Tx& tx) {
         interactions::messages(tx, world.interaction, {page_limit, {}});
       }},
      {"transcript far down", page_most,
       [&](Tx& tx) {
         interactions::messages(tx, world.interaction,
                                {page_limit, {std::to_string(support::history)}});
       }},
      {"who has called before: nobody", 0,
       [&](Tx& tx) { identity::store::has_other_contacts(tx, world.customer, std::nullopt); }},
      {"a packet", packet_most,
       [&](Tx& tx) {
         handoffs::Handoff value;
         value.interaction = world.interaction;
         value.root = world.customer;
         value.case_id = world.case_id;
         handoffs::store::assemble_packet(tx, value, {});
       }},
      {"interaction", 10, [&](Tx& tx) { interactions::get(tx, world.interaction); }},
      {"case", 10, [&](Tx& tx) { cases::get(tx, world.case_id); }},
  };
  for (auto const& filter : {live, by_agent, interactions::Filter{}}) {
    operations.push_back({"interactions", page_most, [&world, filter](Tx& tx) {
                            interactions::list(tx, filter, {page_limit, {}});
                          }});
    operations.push_back({"interactions far down", page_most, [filter, deep](Tx& tx) {
                            interactions::list(tx, filter, page_after(deep));
                          }});
  }
  for (auto const& filter : {of_customer, open, cases::Filter{}}) {
    operations.push_back({"cases", page_most, [filter](Tx& tx) {
                            cases::list(tx, filter, {page_limit, {}});
                          }});
    operations.push_back({"cases far down", page_most,
                          [filter, deep](Tx& tx) { cases::list(tx, filter, page_after(deep)); }});
  }
  for (auto const& filter : {to_customer, on_case, promised, commitments::Filter{}}) {
    operations.push_back({"commitments", page_most, [filter](Tx& tx) {
                            commitments::list(tx, filter, {page_limit, {}});
                          }});
    operations.push_back({"commitments far down", page_most, [filter, deep_seconds](Tx& tx) {
                            commitments::list(tx, filter, page_after(deep_seconds));
                          }});
  }
  for (auto const& filter : {timeline::Filter{}, by_kind, by_channel, by_case, since}) {
    operations.push_back({"timeline", page_most, [&world, filter](Tx& tx) {
                            timeline::list(tx, world.customer, filter, {page_limit, {}});
                          }});
    operations.push_back({"timeline far down", page_most, [&world, filter, deep_seconds](Tx& tx) {
                            timeline::list(tx, world.customer, filter, page_after(deep_seconds));
                          }});
  }
  sla::Filter active, of_metric, breached, of_one;
  active.state = "active";
  of_metric.metric = "next_response";
  breached.breached = true;
  of_one.customer = world.customer;
  for (auto const& filter : {active, of_metric, of_one, sla::Filter{}}) {
    operations.push_back({"clocks", page_most, [filter](Tx& tx) {
                            sla::list(tx, filter, {page_limit, {}});
                          }});
    operations.push_back({"clocks far on", page_most, [filter](Tx& tx) {
                            auto const at = support::test_now + std::chrono::hours(42);
                            sla::list(tx, filter, page_after(at));
                          }});
  }
  operations.push_back({"clocks that breached: none", 0, [breached](Tx& tx) {
                          sla::list(tx, breached, {page_limit, {}});
                        }});
  operations.push_back({"clocks of a case with many rounds", 2 * page_most, [&world](Tx& tx) {
                          sla::of_case(tx, world.case_id, {page_limit, {}});
                        }});
  check(world, Mode::read, operations);
}

TEST_CASE("plans: writing to a long history costs what is written", "[plans]") {
  History world;
  auto const& actor = world.actor;
  interactions::Start start;
  start.channel = "voice";
  start.direction = "inbound";
  start.subject.identifiers = {support::phone(History::phone)};
  notes::NewNote note;
  note.kind = "note";
  note.text = "Looked at it";
  interactions::NewMessage message;
  message.role = "customer";
  message.text = "Hello";
  cases::Patch patch;
  patch.priority = "high";
  commitments::NewCommitment promise;
  promise.what = "A refund";
  promise.due_at = support::test_now + std::chrono::hours(2);
  int subjects = 0;
  check(world, Mode::write,
        {{"a note", write_most, [&](Tx& tx) { notes::add(tx, actor, world.case_id, note); }},
         {"a message", write_most,
          [&](Tx& tx) {
            interactions::append(tx, actor, world.interaction, {&message, 1}, {});
          }},
         {"an answer", write_most,
          [&](Tx& tx) {
            interactions::NewMessage answer;
            answer.role = "agent";
            answer.text = "Let me look";
            interactions::append(tx, actor, world.interaction, {&answer, 1},
                                 Agent{"human", "desk-4", {}, {}, {}});
          }},
         {"a promise", write_most,
          [&](Tx& tx) { commitments::make(tx, actor, world.case_id, promise); }},
         {"a start", write_most, [&](Tx& tx) { interactions::start(tx, actor, start); }},
         {"a case", write_most, [&](Tx& tx) {
            patch.subject = "Torn " + std::to_string(++subjects);
            cases::update(tx, actor, world.case_id, patch, std::nullopt);
          }}});
}

}  // namespace
}  // namespace throughline
