// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/live/store.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "throughline/domain/live.hpp"

namespace throughline::live {
namespace {

using postgres::Param;

template <class Read>
void each_in(std::string_view list, char separator, Read read) {
  while (!list.empty()) {
    auto const end = std::min(list.find(separator), list.size());
    read(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

std::vector<CustomerId> ids_in(std::string_view list) {
  std::vector<CustomerId> ids;
  each_in(list, ',', [&](std::string_view id) { ids.push_back(CustomerId::parse(id).value()); });
  return ids;
}

Param ids_param(std::span<CustomerId const> ids) {
  return Param::array_of(ids, [](CustomerId id) { return id; });
}

}  // namespace

namespace store {

// The snapshot is older than what its statement computes, so next_id is read after it.
constexpr std::string_view pulse_sql = R"sql(
  select (select last_value from changes_position),
         oldest_open::text::bigint,
         oldest_open::text::bigint + age(oldest_open::xid)
    from pg_snapshot_xmin(pg_current_snapshot()) as oldest_open)sql";

Pulse pulse(postgres::Tx& tx) {
  if (tx.mode() != postgres::Mode::read) {
    throw std::logic_error("the feed is looked at by read-only transactions");
  }
  auto const row = tx.exec(pulse_sql)[0];
  return {row[0].integer(), row[1].integer(), row[2].integer()};
}

constexpr std::string_view roots_sql = R"sql(
  select id, root_id from parts where tenant_id = $1 and id = any($2::uuid[]))sql";

std::map<CustomerId, CustomerId> roots_of(postgres::Tx& tx, std::span<CustomerId const> parts) {
  std::map<CustomerId, CustomerId> roots;
  if (parts.empty()) return roots;
  for (auto const row : tx.exec(roots_sql, {tx.tenant(), ids_param(parts)})) {
    roots.emplace(row[0].id<CustomerId>(), row[1].id<CustomerId>());
  }
  return roots;
}

constexpr std::string_view turns_sql = R"sql(
  select turn.position, turn.type = 'customer.merged', turn.root_id,
         coalesce(undos.root_id, turn.part_id), array_to_string(merges.moved_parts, ',')
    from changes as turn
    left join merges on merges.tenant_id = turn.tenant_id and merges.id = turn.resource_id
    left join undos on undos.tenant_id = turn.tenant_id and undos.id = turn.resource_id
   where turn.tenant_id = $1 and turn.position > $2
     and turn.type in ('customer.merged', 'customer.parted')
   order by turn.position desc)sql";

std::vector<Turn> turns_after(postgres::Tx& tx, std::int64_t position) {
  std::vector<Turn> turns;
  for (auto const row : tx.exec(turns_sql, {tx.tenant(), position})) {
    auto const kind = row[1].boolean() ? Turn::Kind::joined : Turn::Kind::parted;
    turns.push_back({kind, row[0].integer(), row[2].id<CustomerId>(), row[3].id<CustomerId>(),
                     row[4].is_null() ? std::vector<CustomerId>() : ids_in(row[4].view())});
  }
  return turns;
}

constexpr std::string_view queues_sql = R"sql(
  select id, queue from handoffs
   where tenant_id = $1 and id = any($2::uuid[]) and queue is not null)sql";

std::map<Uuid, std::string> queues_of(postgres::Tx& tx, std::span<Uuid const> handoffs) {
  std::map<Uuid, std::string> queues;
  auto const ids = Param::array_of(handoffs, [](Uuid const& id) { return id; });
  for (auto const row : tx.exec(queues_sql, {tx.tenant(), ids})) {
    queues.emplace(row[0].id<ChangeId>().value, row[1].text());
  }
  return queues;
}

constexpr std::string_view insert_sql = R"sql(
  insert into live_tickets (tenant_id, hash, key_id, customer_ids, queues, expires_at)
  values ($1, $2, $3, $4::uuid[], $5::text[], $6))sql";

void insert(postgres::Tx& tx, Ticket const& ticket) {
  auto const queues =
      Param::array_of(ticket.opens.queues, [](std::string const& name) { return name; });
  tx.write(insert_sql, {tx.tenant(), Param::bytes(ticket.hash), ticket.key,
                        ids_param(ticket.opens.customers), queues, ticket.expires_at});
}

// No name of a queue holds a control character.
constexpr std::string_view redeem_sql = R"sql(
  delete from live_tickets where hash = any($1::bytea[])
  returning array_position($1::bytea[], hash) - 1, tenant_id, key_id,
            array_to_string(customer_ids, ','), array_to_string(queues, e'\n'), expires_at)sql";

std::vector<Redeemed> redeem(postgres::Tx& tx, std::span<TicketHash const> hashes) {
  std::vector<Redeemed> tickets;
  auto const list = Param::array_of(hashes, [](auto const& hash) { return Param::bytes(hash); });
  for (auto const row : tx.exec(redeem_sql, {list})) {
    auto const place = static_cast<std::size_t>(row[0].integer());
    Ticket ticket{hashes[place], row[2].id<KeyId>(), {ids_in(row[3].view()), {}}, row[5].time()};
    each_in(row[4].view(), '\n',
            [&](std::string_view name) { ticket.opens.queues.emplace_back(name); });
    tickets.push_back(
        {place, TenantId{static_cast<std::int32_t>(row[1].integer())}, std::move(ticket)});
  }
  return tickets;
}

}  // namespace store

constexpr std::string_view sweep_sql = R"sql(
  delete from live_tickets where hash in
    (select hash from live_tickets where expires_at < $1 order by expires_at limit $2))sql";

std::size_t sweep_tickets(postgres::Tx& tx, Timestamp now, std::size_t limit) {
  return tx.exec(sweep_sql, {now, limit}).affected();
}

}  // namespace throughline::live
