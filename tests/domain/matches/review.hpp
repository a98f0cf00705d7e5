// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// People, and questions about who of them is who.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/matches/store.hpp"
#include "domain/merges/people.hpp"

namespace throughline::test {

/// As if this many bits of a name agreed.
inline matches::Candidate candidate(CustomerId part, double bits = 9) {
  return {part,
          "probable",
          bits / 10,
          R"([{"field":"family_name","level":"exact","bits":)" + std::to_string(bits) + "}]",
          {"given_name"}};
}

class Review : public People {
 public:
  using People::People;

  std::optional<MatchId> raise(CustomerId part, std::vector<matches::Candidate> candidates,
                               std::string const& reason = "doubtful") {
    actor.now += std::chrono::seconds(1);
    return write([&](postgres::Tx& tx) {
      auto locked = parts::lock(tx, actor, std::array{part});
      merges::Facts facts;
      auto const id = matches::raise(tx, actor, locked, {part, reason, candidates, 3}, facts);
      timeline::append(tx, actor, facts.timeline);
      changes::record(tx, actor, locked, facts.changes);
      return id;
    });
  }
  MatchId asked(CustomerId part, std::vector<CustomerId> const& others) {
    std::vector<matches::Candidate> candidates;
    for (CustomerId const other : others) candidates.push_back(candidate(other));
    return raise(part, candidates).value();
  }

  void decide(MatchId id, matches::Decide const& decide) {
    actor.now += std::chrono::seconds(1);
    write([&](postgres::Tx& tx) {
      matches::decide(tx, actor, id, decide);
      return 0;
    });
  }
  void accept(MatchId id, std::optional<CustomerId> customer = {}) {
    decide(id, {matches::Decision::merge,
                customer,
                {},
                "same passport",
                Agent{"human", "anna", {}, {}, {}}});
  }
  void tell_apart(MatchId id, std::optional<CustomerId> customer = {}) {
    decide(id, {matches::Decision::not_same, customer, {}, "two sisters", {}});
  }
  void put_back(MatchId id, std::optional<Timestamp> until = {}) {
    decide(id, {matches::Decision::later, {}, until, {}, {}});
  }

  matches::Shown shown(MatchId id) {
    return read([&](postgres::Tx& tx) { return matches::store::show(tx, id).value(); });
  }
  std::string status(MatchId id) { return shown(id).status; }
  Page<matches::Shown> list(matches::store::Filter const& filter, PageRequest const& page = {}) {
    return read(
        [&](postgres::Tx& tx) { return matches::store::list(tx, actor.now, filter, page); });
  }
  /// Ids of all that are listed, in pages of `limit`.
  std::vector<MatchId> listed(std::optional<std::string> status,
                              std::optional<CustomerId> customer = {}, std::size_t limit = 50) {
    std::vector<MatchId> ids;
    PageRequest page{limit, {}};
    do {
      auto const found = list({status, customer}, page);
      CHECK(found.items.size() <= limit);
      for (auto const& match : found.items) ids.push_back(match.id);
      page.after = found.next;
    } while (!page.after.empty());
    return ids;
  }
  std::vector<MatchId> waiting(std::optional<CustomerId> customer = {}) {
    return listed("open", customer);
  }
};

}  // namespace throughline::test
