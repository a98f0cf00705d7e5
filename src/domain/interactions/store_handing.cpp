// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Interactions that were handed over.
#include "store.hpp"
#include "wire.hpp"

namespace throughline::interactions::store {

constexpr std::string_view handed_sql =
    "select agent, hand_overs from interactions where tenant_id = $1 and id = $2";

Handed handed(postgres::Tx& tx, InteractionId id) {
  auto const row = tx.exec(handed_sql, {tx.tenant(), id})[0];
  Handed found;
  if (!row[0].is_null()) found.agent = parse_agent(row[0].view());
  if (!row[1].is_null()) found.all = wire::parse_hand_overs(row[1].view());
  return found;
}

constexpr std::string_view hand_over_sql = R"sql(
  update interactions
  set agent = $3, agent_kind = $4, agent_id = $5, hand_overs = $6, handoff_id = $7,
      version = version + 1
  where tenant_id = $1 and id = $2
)sql";

void hand_over(postgres::Tx& tx, InteractionId id, HandOvers const& all, HandoffId handoff) {
  Agent const& to = all.back().to;
  tx.write(hand_over_sql,
           {tx.tenant(), id, to_json(to), to.kind, to.id, wire::hand_overs_column(all), handoff});
}

// The function is its owner's, as are the handoffs. An interaction of which another customer's
// handoff was accepted has nothing to tell, now or later.
constexpr std::string_view keep_first_words_sql = R"sql(
  with told as (
    update interactions set handoff_id = null
    where tenant_id = $1::int and id = any($5::uuid[])
  )
  select id, part_id, accepted_at, spoken_at, read
  from handoffs_spoken($1::int, $2::uuid[], $3::uuid[], $4::timestamptz[])
)sql";

std::vector<FirstWords> keep_first_words(postgres::Tx& tx, std::map<HandoffId, Said> const& said) {
  using postgres::Param;
  auto const list = [&](auto column) {
    return Param::array_of(said, [&](auto const& one) { return column(one.second); });
  };
  std::vector<FirstWords> told;
  for (auto const row :
       tx.exec(keep_first_words_sql,
               {tx.tenant(), Param::array_of(said, [](auto const& one) { return one.first; }),
                list([](Said const& one) { return one.root; }),
                list([](Said const& one) { return one.at; }),
                list([](Said const& one) { return one.interaction; })})) {
    told.push_back({row[0].id<HandoffId>(), row[1].id<CustomerId>(), row[2].time(), row[3].time(),
                    row[4].boolean()});
  }
  return told;
}

}  // namespace throughline::interactions::store
