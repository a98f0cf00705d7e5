// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/api/fingerprint.hpp"

namespace throughline::support {

namespace {

constexpr std::string_view tables_sql = R"sql(
select c.relname
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
  and c.relname not in ('idempotency', 'commits') and has_table_privilege(c.oid, 'select')
order by c.relname
)sql";

/// Whoever inserts or updates a row leaves the transaction's id in it, which is higher than all
/// before; whoever deletes one changes the count.
std::string digest_sql(std::string const& table) {
  return "select count(*) || ' rows, last written by ' || coalesce(max(xmin::text::bigint), 0) "
         "from " +
         table + " where tenant_id = $1";
}

}  // namespace

std::map<std::string, std::string> fingerprint(Database& database, TenantId tenant) {
  std::map<std::string, std::string> found;
  database.pool().transact(postgres::Mode::read, tenant, [&](postgres::Tx& tx) {
    std::map<std::string, postgres::Answer> digests;
    for (auto const table : tx.exec(tables_sql)) {
      digests.emplace(table[0].text(), tx.ask(digest_sql(table[0].text()), {tenant}));
    }
    found.clear();
    for (auto const& [table, digest] : digests) found[table] = digest.rows()[0][0].text();
  });
  return found;
}

std::string difference(std::map<std::string, std::string> const& before,
                       std::map<std::string, std::string> const& after) {
  std::string tables;
  for (auto const& [table, digest] : after) {
    auto const found = before.find(table);
    if (found == before.end() || found->second != digest) tables += table + " ";
  }
  return tables;
}

}  // namespace throughline::support
