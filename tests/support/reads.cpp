// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/reads.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace throughline::support {
namespace {

// What an index-only scan returns is counted by the index alone, so indexes are asked, and tables
// only for what no index led to. Live counts of this transaction, seen by no statistics yet.
constexpr std::string_view counts_sql = R"sql(
  select coalesce(parent.relname, counted.relname), sum(counted.found), sum(counted.walked)
    from (select t.oid, t.relname, pg_stat_get_xact_tuples_returned(t.oid) as walked,
                 (select coalesce(sum(pg_stat_get_xact_tuples_returned(i.indexrelid)), 0)
                    from pg_index i where i.indrelid = t.oid) as found
            from pg_class t
           where t.relkind = 'r' and t.relnamespace = 'public'::regnamespace) counted
    left join pg_inherits child on child.inhrelid = counted.oid
    left join pg_class parent on parent.oid = child.inhparent
   group by 1)sql";

using Counts = std::map<std::string, std::pair<double, double>>;

Counts counts_of(postgres::Tx& tx) {
  Counts counts;
  for (auto const row : tx.exec(counts_sql)) {
    counts[row[0].text()] = {row[1].real(), row[2].real()};
  }
  return counts;
}

}  // namespace

double Reads::most() const {
  double most = 0;
  for (auto const& [table, rows] : found) most = std::max(most, rows);
  return most;
}

double Reads::walks() const {
  double all = 0;
  for (auto const& [table, rows] : walked) all += rows;
  return all;
}

std::string Reads::text() const {
  std::ostringstream out;
  for (auto const& [table, rows] : found) out << table << ": " << rows << " found\n";
  for (auto const& [table, rows] : walked) out << table << ": " << rows << " walked\n";
  return out.str();
}

Reads reads_of(Database& database, TenantId tenant, postgres::Mode mode,
               std::function<void(postgres::Tx&)> const& body) {
  Reads reads;
  database.pool().transact(mode, tenant, [&](postgres::Tx& tx) {
    auto const before = counts_of(tx);
    body(tx);
    reads = {};
    for (auto const& [table, after] : counts_of(tx)) {
      auto const& old = before.at(table);
      if (after.first > old.first) reads.found[table] = after.first - old.first;
      if (after.second > old.second) reads.walked[table] = after.second - old.second;
    }
  });
  return reads;
}

}  // namespace throughline::support
