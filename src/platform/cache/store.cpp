// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/store.hpp"

#include "throughline/platform/cache_protocol.hpp"

namespace throughline::cache {

using postgres::Param;
using postgres::Session;

namespace {

/// Roots of others that a write tells of with its own. Where there are more, it waits for the
/// relay.
constexpr std::size_t losing_max = 512;

constexpr std::string_view insert_commit_sql = R"sql(
insert into commits (tenant_id, id, xid, roots, versions, losing)
values ($1, $2, pg_current_xact_id(), $3, $4, $5))sql";

// Under the memory form Redis is not out for everyone: no fence may be relied on to have lapsed.
// With it, of the same snapshot, the roots that names have left and Redis may not have heard of.
constexpr std::string_view select_authority_sql = R"sql(
select run_id, epoch, active and same_life,
  case when active or run_id = 'memory' or not same_life then 0
    else (extract(epoch from clock_timestamp() - deactivated_at) * 1000)::bigint end,
  l.tenant_id, l.root, l.version
from (select *, timeline = throughline_timeline() as same_life
      from cache_authority where single) a
  left join lateral (
    select tenant_id, root, version from commits_losing
    where a.active and xid >= pg_snapshot_xmin(a.applied)
      and not pg_visible_in_snapshot(xid, a.applied)
    limit 513) l on true)sql";
static_assert(losing_max + 1 == 513);

}  // namespace

postgres::CommitHooks commit_hooks(Form form) {
  return {std::string(insert_commit_sql),
          std::string(form == Form::redis ? select_authority_sql : std::string_view()),
          {}};
}

Commit commit_of(postgres::Committed committed) {
  Commit commit{std::move(committed.touched), {}, committed.id, std::nullopt, committed.at};
  if (!committed.after || committed.after->size() > losing_max) return commit;
  for (auto const row : *committed.after) {
    commit.authority = Authority{row[0].text(), row[1].integer(), row[2].boolean(),
                                 std::chrono::milliseconds(row[3].integer())};
    if (row[4].is_null()) continue;
    commit.rests_on.push_back({TenantId{static_cast<std::int32_t>(row[4].integer())},
                               row[5].id<CustomerId>(), row[6].integer(), true});
  }
  return commit;
}

namespace {

constexpr std::string_view delete_commits_sql = R"sql(
delete from commits where xid in (
  select c.xid from commits c, cache_authority a
  where c.xid < nullif($1, '')::xid8 and (not a.active or c.xid < pg_snapshot_xmin(a.applied))
  order by c.xid limit $2))sql";

constexpr std::string_view select_bound_sql = R"sql(
select pg_snapshot_xmin(pg_current_snapshot()))sql";

}  // namespace

Swept sweep_commits(postgres::Tx& tx, std::string const& before, std::size_t limit) {
  Swept swept;
  swept.rows = tx.exec(delete_commits_sql, {before, limit}).affected();
  swept.bound = tx.exec(select_bound_sql)[0][0].text();
  return swept;
}

namespace store {

namespace {

constexpr std::string_view select_database_sql = "select throughline_database()";

}  // namespace

std::string database_name(Session& session) {
  return session.exec(select_database_sql)[0][0].text();
}

namespace {

constexpr std::string_view take_alone_sql = R"sql(
select pg_try_advisory_lock(hashtext('throughline cache'), 1))sql";
constexpr std::string_view take_shared_sql = R"sql(
select pg_try_advisory_lock_shared(hashtext('throughline cache'), 1))sql";
constexpr std::string_view give_alone_sql = R"sql(
select pg_advisory_unlock(hashtext('throughline cache'), 1))sql";
constexpr std::string_view give_shared_sql = R"sql(
select pg_advisory_unlock_shared(hashtext('throughline cache'), 1))sql";

}  // namespace

bool take_lease(Session& session, Form form) {
  return session.exec(form == Form::memory ? take_alone_sql : take_shared_sql)[0][0].boolean();
}

void give_lease(Session& session, Form form) {
  session.exec(form == Form::memory ? give_alone_sql : give_shared_sql);
}

namespace {

constexpr std::string_view enter_memory_sql = R"sql(
update cache_authority a
set run_id = 'memory', epoch = a.epoch + 1, active = false, deactivated_at = clock_timestamp(),
  timeline = throughline_timeline(), database = throughline_database()
from cache_authority before
returning a.epoch, before.timeline <> ''
  and (before.timeline <> a.timeline or before.database <> a.database
    or case before.run_id when '' then false when 'memory' then before.epoch <> $1
       else true end))sql";

constexpr std::string_view leave_memory_sql = R"sql(
update cache_authority set run_id = '' where run_id = 'memory')sql";

}  // namespace

Entered enter_memory(Session& session, std::int64_t before) {
  auto const rows = session.exec(enter_memory_sql, {before});
  if (rows.empty()) throw std::runtime_error("cache_authority has lost its row");
  return {rows[0][0].integer(), rows[0][1].boolean()};
}

void leave_memory(Session& session) {
  session.exec(leave_memory_sql);
}

namespace {

constexpr std::string_view take_turn_sql = R"sql(
select pg_try_advisory_lock(hashtext('throughline cache'), 2)
from cache_authority
where active or timeline <> throughline_timeline() or database <> throughline_database()
  or not $1::boolean)sql";
constexpr std::string_view give_turn_sql = R"sql(
select pg_advisory_unlock(hashtext('throughline cache'), 2))sql";

}  // namespace

bool take_turn(Session& session, bool if_needed) {
  auto const rows = session.exec(take_turn_sql, {if_needed});
  return !rows.empty() && rows[0][0].boolean();
}

void give_turn(Session& session) {
  session.exec(give_turn_sql);
}

namespace {

// One statement, so one snapshot: what it does not see is not in `snapshot` either. A transaction
// that `applied` sees was seen by an earlier one of these.
constexpr std::string_view select_unseen_sql = R"sql(
select a.run_id, a.epoch,
  a.active and a.timeline = throughline_timeline()
    and a.database = throughline_database(),
  pg_current_snapshot(), c.tenant_id, c.root, c.version
from cache_authority a left join lateral (
  select tenant_id, unnest(roots) as root, unnest(versions) as version
  from commits
  where xid >= pg_snapshot_xmin(a.applied) and not pg_visible_in_snapshot(xid, a.applied)
  limit $1) c on true)sql";

constexpr std::string_view update_applied_sql = R"sql(
update cache_authority set applied = $1::pg_snapshot where epoch = $2 and active)sql";

}  // namespace

Unseen read_unseen(Session& session, std::size_t limit) {
  auto const rows = session.exec(select_unseen_sql, {limit});
  if (rows.empty()) throw std::runtime_error("cache_authority has lost its row");
  Unseen unseen{rows[0][0].text(), rows[0][1].integer(), rows[0][2].boolean(), rows[0][3].text(),
                {}};
  for (auto const row : rows) {
    if (row[4].is_null()) continue;
    unseen.roots.push_back({TenantId{static_cast<std::int32_t>(row[4].integer())},
                            row[5].id<CustomerId>(), row[6].integer()});
  }
  return unseen;
}

void record_applied(Session& session, Unseen const& unseen) {
  session.exec(update_applied_sql, {unseen.snapshot, unseen.epoch});
}

namespace {

// Where nothing was granted since an earlier withdrawal, that one counts. It does not where another
// life of the database, or an instance of the memory form, may have gone on since. Without a
// timeline nobody has served yet.
constexpr std::string_view begin_epoch_sql = R"sql(
update cache_authority a
set run_id = $1, epoch = epoch + 1, active = false,
  deactivated_at = case
    when active or run_id = 'memory' then clock_timestamp()
    when a.timeline = here.timeline and a.database = here.database then deactivated_at
    when a.timeline = '' then deactivated_at
    else clock_timestamp() end,
  timeline = here.timeline, database = here.database
from (select throughline_timeline() as timeline, throughline_database() as database) here
returning epoch, (extract(epoch from clock_timestamp() - deactivated_at) * 1000)::bigint)sql";

// What this statement sees needs no telling: no entry of this epoch is older.
constexpr std::string_view activate_sql = R"sql(
update cache_authority set active = true, applied = pg_current_snapshot()
where run_id = $1 and epoch = $2 and not active)sql";

constexpr std::string_view deactivate_sql = R"sql(
update cache_authority
set active = false, deactivated_at = clock_timestamp(),
  timeline = throughline_timeline(), database = throughline_database()
where active or timeline <> throughline_timeline()
  or database <> throughline_database())sql";

}  // namespace

Begun begin_epoch(Session& session, std::string const& run_id) {
  auto const rows = session.exec(begin_epoch_sql, {run_id});
  if (rows.empty()) throw std::runtime_error("cache_authority has lost its row");
  return {rows[0][0].integer(), std::chrono::milliseconds(rows[0][1].integer())};
}

bool activate(Session& session, std::string const& run_id, std::int64_t epoch) {
  return session.exec(activate_sql, {run_id, epoch}).affected() == 1;
}

void deactivate(Session& session) {
  session.exec(deactivate_sql);
}

namespace {

constexpr std::string_view select_settled_sql = R"sql(
select c.id
from cache_authority a, unnest($1::integer[], $2::uuid[]) w (tenant_id, id)
  join commits c using (tenant_id, id)
where a.timeline = throughline_timeline()
  and case when a.active then pg_visible_in_snapshot(c.xid, a.applied)
      else a.run_id <> 'memory'
        and clock_timestamp() - a.deactivated_at > $3 * interval '1 millisecond' end)sql";

}  // namespace

std::vector<Uuid> settled(Session& session, std::span<CommitName const> waiting,
                          std::chrono::milliseconds lapse) {
  auto const tenants =
      Param::array_of(waiting, [](auto const& name) { return Param(name.tenant); });
  auto const ids = Param::array_of(waiting, [](auto const& name) { return Param(name.id); });
  std::vector<Uuid> found;
  for (auto const row : session.exec(select_settled_sql, {tenants, ids, lapse.count()})) {
    found.push_back(row[0].id<CustomerId>().value);
  }
  return found;
}

namespace {

constexpr std::string_view upsert_instance_sql = R"sql(
insert into cache_instances (id, address, seen_at) values ($1, $2, clock_timestamp())
on conflict (id) do update set address = excluded.address, seen_at = excluded.seen_at)sql";
constexpr std::string_view delete_silent_sql = R"sql(
delete from cache_instances
where seen_at < clock_timestamp() - $1 * interval '1 millisecond')sql";
constexpr std::string_view delete_instance_sql = R"sql(
delete from cache_instances where id = $1)sql";
constexpr std::string_view select_addresses_sql = R"sql(
select address from cache_instances
where seen_at > clock_timestamp() - $1 * interval '1 millisecond')sql";

}  // namespace

void announce(Session& session, Uuid instance, std::string const& address,
              std::chrono::milliseconds forget_after) {
  session.exec(upsert_instance_sql, {instance, address});
  session.exec(delete_silent_sql, {forget_after.count()});
}

void withdraw(Session& session, Uuid instance) {
  session.exec(delete_instance_sql, {instance});
}

std::vector<std::string> addresses(Session& session, std::chrono::milliseconds within) {
  std::vector<std::string> found;
  for (auto const row : session.exec(select_addresses_sql, {within.count()})) {
    found.push_back(row[0].text());
  }
  return found;
}

}  // namespace store

}  // namespace throughline::cache
