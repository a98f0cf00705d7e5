// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

#include "platform/idempotency/wire.hpp"
#include "throughline/platform/idempotency.hpp"

namespace throughline::idempotency {
namespace {

using postgres::LockRank;
using postgres::Param;
using postgres::Retry;
using postgres::Tx;

Param sha256(std::string_view text) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data());
  return Param::bytes(digest);
}

constexpr std::string_view insert_claim_sql = R"sql(
insert into idempotency (tenant_id, method, path_hash, key, body_hash, created_at)
values ($1, $2, $3, $4, $5, $6)
on conflict do nothing)sql";

constexpr std::string_view select_record_sql = R"sql(
select body_hash = $5, status, refs, problem
from idempotency
where tenant_id = $1 and method = $2 and path_hash = $3 and key = $4)sql";

constexpr std::string_view select_touched_sql = R"sql(
select unnest(roots), unnest(versions)
from idempotency
where tenant_id = $1 and method = $2 and path_hash = $3 and key = $4)sql";

}  // namespace

std::optional<Record> claim(Tx& tx, Actor const& actor, Request const& request) {
  auto const path = sha256(request.path);
  auto const body = sha256(request.body);
  auto const inserted = tx.lock(LockRank::idempotency, insert_claim_sql,
                                {actor.tenant, request.method, path, request.key, body, actor.now});
  if (inserted.affected() == 1) return std::nullopt;
  auto const found =
      tx.exec(select_record_sql, {actor.tenant, request.method, path, request.key, body});
  if (found.empty()) throw Retry{};  // swept in between
  auto const row = found[0];
  if (!row[0].boolean())
    throw Error(Code::idempotency_mismatch,
                "This Idempotency-Key was used for a request with another body; use a new one.");
  Record record;
  record.status = static_cast<int>(row[1].integer());
  record.refs = row[2].text_or_empty();
  if (!row[3].is_null()) record.error = read_problem(row[3].view());
  for (auto const touched :
       tx.exec(select_touched_sql, {actor.tenant, request.method, path, request.key})) {
    tx.touch(touched[0].id<CustomerId>(), touched[1].integer());
  }
  return record;
}

namespace {

constexpr std::string_view update_record_sql = R"sql(
update idempotency set status = $5, refs = nullif($6, ''), problem = $7,
  roots = $8, versions = $9
where tenant_id = $1 and method = $2 and path_hash = $3 and key = $4 and status is null)sql";

}  // namespace

void record(Tx& tx, Actor const& actor, Request const& request, Record const& outcome) {
  auto const problem =
      outcome.error ? std::optional<std::string>(write_problem(*outcome.error)) : std::nullopt;
  auto const touched = tx.touched();
  auto const updated = tx.exec(
      update_record_sql,
      {actor.tenant, request.method, sha256(request.path), request.key, outcome.status,
       outcome.refs, problem, Param::array_of(touched, [](auto const& t) { return t.root; }),
       Param::array_of(touched, [](auto const& t) { return t.version; })});
  if (updated.affected() != 1)
    throw std::logic_error("an outcome is recorded once, under a key claimed before");
}

namespace {

constexpr std::string_view delete_old_sql = R"sql(
delete from idempotency i
using (select tenant_id, method, path_hash, key from idempotency
       where created_at < $1 order by created_at limit $2) old
where i.tenant_id = old.tenant_id and i.method = old.method
  and i.path_hash = old.path_hash and i.key = old.key)sql";

}  // namespace

std::size_t sweep(Tx& tx, Timestamp before, std::size_t limit) {
  return tx.exec(delete_old_sql, {before, limit}).affected();
}

}  // namespace throughline::idempotency
