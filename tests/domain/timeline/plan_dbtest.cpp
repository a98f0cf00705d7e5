// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a page costs, told by PostgreSQL's own account of the plan it ran: page 1,000 reads as many
// rows as page 1, through the index that is meant for it.
#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "domain/timeline/store.hpp"
#include "support/database.hpp"
#include "throughline/domain/parts.hpp"

namespace throughline::timeline {
namespace {

using nlohmann::json;
using postgres::Mode;
using postgres::Tx;
using support::Database;

constexpr int parts_of_customer = 3;
constexpr int entries_of_part = 10'000;  // one a second, backwards
constexpr std::size_t limit = 51;

// They all arrived today, whatever their time: so they share a partition.
constexpr char const* partition = "timeline_20261103";

// Mostly messages, mostly on chat; one entry in ten is on the case.
constexpr std::string_view fill_sql = R"sql(
  insert into timeline (tenant_id, part_id, at, id, kind, fact, resource_id, channel, case_id)
  select $1, part.id, $2::timestamptz - n * interval '1 second',
         overlay(gen_random_uuid()::text placing left($3::text, 15) from 1)::uuid,
         case when n % 5 = 0 then 'note' else 'message' end, 'added', gen_random_uuid(),
         case when n % 4 = 0 then 'voice' else 'chat' end,
         case when n % 10 = 0 then $3::uuid end
    from parts part, generate_series(1, $4::int) n
   where part.tenant_id = $1)sql";

struct Filled {
  Database database{Database::Kind::fresh};  // the statistics are the table's own
  TenantId tenant = database.make_tenant();
  CustomerId customer;
  CaseId case_id = CaseId::make(support::test_now);

  Filled() {
    database.pool().transact(Mode::write, tenant, [&](Tx& tx) {
      parts::Locked locked;
      auto const actor = database.actor(tenant);
      customer = parts::create(tx, actor, locked, false);
      for (int i = 1; i < parts_of_customer; ++i) {
        parts::join(tx, actor, locked, customer, parts::create(tx, actor, locked, false));
      }
      customer = locked.root(customer).id;
      tx.exec(fill_sql, {tenant, support::test_now, case_id, entries_of_part});
    });
    database.owner_pool().transact(Mode::write, tenant,
                                   [](Tx& tx) { tx.exec("analyze timeline"); });
  }
};

/// Sums over the nodes of a plan.
struct Account {
  double timeline_rows = 0;  // read from the partition or its indexes
  double sorted_rows = 0;
  double blocks = 0;            // of tables and indexes, in memory or not
  std::set<std::string> scans;  // of the partition: its indexes, without its name

  void add(json const& node) {
    auto const type = node["Node Type"].get<std::string>();
    auto const loops = node["Actual Loops"].get<double>();
    if (node.value("Relation Name", "") == partition) {
      auto const index = node.value("Index Name", type);
      scans.insert(index.starts_with(partition) ? index.substr(std::string(partition).size() + 1)
                                                : index);
      timeline_rows +=
          loops * (node["Actual Rows"].get<double>() + node.value("Rows Removed by Filter", 0.0));
    }
    for (json const& child : node.value("Plans", json::array())) {
      if (type.find("Sort") != std::string::npos) {
        sorted_rows += child["Actual Rows"].get<double>() * child["Actual Loops"].get<double>();
      }
      add(child);
    }
  }
};

std::string literals(std::vector<postgres::Param> const& params) {
  std::string list;
  for (auto const& param : params) list += (list.empty() ? "'" : ", '") + *param.text + "'";
  return list;
}

Account account_of(Filled& filled, Filter const& filter, Timestamp below, std::string const& mode) {
  auto const page =
      store::list_statement(filled.tenant, filled.customer, filter, {below, Uuid{}}, limit);
  Account account;
  filled.database.pool().transact(Mode::read, filled.tenant, [&](Tx& tx) {
    tx.exec("select set_config('plan_cache_mode', $1, true)", {mode});
    tx.exec("prepare page as " + page.sql);
    auto const rows = tx.exec("explain (analyze, buffers, timing off, format json) execute page(" +
                              literals(page.params) + ")");
    auto const plan = json::parse(rows[0][0].view())[0]["Plan"];
    account.add(plan);
    account.blocks =
        plan["Shared Hit Blocks"].get<double>() + plan["Shared Read Blocks"].get<double>();
    tx.exec("deallocate page");
  });
  return account;
}

TEST_CASE("timeline: a deep page costs what the first does", "[timeline]") {
  Filled filled;
  auto const deep = support::test_now - std::chrono::seconds(entries_of_part * 3 / 4);
  auto const long_ago = support::test_now - std::chrono::hours(24);
  struct Case {
    Filter filter;
    std::string index;  // empty: one of two
    double share;       // of the entries that the index yields, these match
  };
  for (Case const& c : {
           Case{{}, "pkey", 1},
           Case{{{}, {}, {}, long_ago, {}}, "pkey", 1},
           Case{{{}, "note", {}, {}, {}}, "tenant_id_part_id_kind_at_id_idx", 1},
           Case{{"voice", {}, {}, {}, {}}, "tenant_id_part_id_channel_at_id_idx", 1},
           Case{{{}, {}, filled.case_id, {}, {}}, "tenant_id_part_id_case_id_at_id_idx", 1},
           Case{{"voice", "note", {}, {}, {}}, "", 0.2},
       }) {
    for (std::string const mode : {"force_custom_plan", "force_generic_plan"}) {
      INFO(c.index << " " << mode);
      auto const first = account_of(filled, c.filter, support::test_now, mode);
      auto const far = account_of(filled, c.filter, deep, mode);
      // A page from each part, and what is shown once more.
      double const most = limit * parts_of_customer / c.share + limit;
      for (Account const& account : {first, far}) {
        CHECK(account.timeline_rows <= most * 1.5);
        CHECK(account.timeline_rows >= 2 * limit);
        CHECK(account.sorted_rows <= limit * (parts_of_customer + 2));
        CHECK(account.blocks <= 5 * account.timeline_rows);
        CHECK((c.index.empty() || account.scans.contains(c.index)));
        CHECK(account.scans.size() <= 2);
        CHECK_FALSE(account.scans.contains("Seq Scan"));
      }
      CHECK(far.blocks <= first.blocks * 1.2);
      CHECK(far.timeline_rows <= first.timeline_rows * 1.2);
    }
  }
}

}  // namespace
}  // namespace throughline::timeline
