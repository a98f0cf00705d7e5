// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <stdexcept>

#include "platform/idempotency/wire.hpp"
#include "throughline/base/broken.hpp"
#include "throughline/platform/idempotency.hpp"

namespace throughline::idempotency {
namespace {

using postgres::LockRank;
using postgres::Param;
using postgres::Tx;

using Digest = std::array<std::uint8_t, SHA256_DIGEST_LENGTH>;

Digest sha256(std::string_view text) {
  Digest digest;
  SHA256(reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data());
  return digest;
}

Param hashed(std::string_view text) {
  return Param::bytes(sha256(text));
}

/// What concurrent requests under one key wait for. Two keys that share a number only wait for
/// each other.
std::int64_t lock_number(TenantId tenant, Request const& request) {
  std::string name = std::to_string(tenant.value);
  for (auto const* part : {&request.method, &request.path, &request.key}) {
    name += '\n';
    name += *part;
  }
  auto const digest = sha256(name);
  std::int64_t number = 0;
  std::memcpy(&number, digest.data(), sizeof number);
  return number;
}

template <class Project>
Param column(std::span<Asked const> asked, Project project) {
  return Param::array_of(asked, [&](Asked const& one) { return project(*one.request); });
}

constexpr std::string_view lock_sql = R"sql(
select pg_advisory_xact_lock(number) from unnest($1::bigint[]) number)sql";

constexpr std::string_view select_records_sql = R"sql(
select asked.place, i.body_hash = asked.body_hash, i.status, i.refs, i.problem
from unnest($2::text[], $3::bytea[], $4::text[], $5::bytea[])
  with ordinality asked(method, path_hash, key, body_hash, place)
join idempotency i on i.tenant_id = $1 and i.method = asked.method
  and i.path_hash = asked.path_hash and i.key = asked.key)sql";

constexpr std::string_view select_touched_sql = R"sql(
select unnest(roots), unnest(versions)
from idempotency
where tenant_id = $1 and method = $2 and path_hash = $3 and key = $4)sql";

Record read_record(postgres::Rows::Row const& row) {
  Record record;
  record.status = static_cast<int>(row[2].integer());
  record.refs = row[3].text_or_empty();
  if (!row[4].is_null()) record.error = read_problem(row[4].view());
  return record;
}

Claim mismatch() {
  return {std::nullopt,
          Error(Code::idempotency_mismatch,
                "This Idempotency-Key was used for a request with another body; use a new one.")};
}

}  // namespace

Claims::Claims(Tx& tx, std::span<Asked const> asked) : tx_(tx), asked_(asked.begin(), asked.end()) {
  if (asked.empty()) return;
  std::vector<std::int64_t> numbers;
  for (auto const& one : asked) numbers.push_back(lock_number(tx.tenant(), *one.request));
  std::sort(numbers.begin(), numbers.end());
  tx.ask_lock(LockRank::idempotency, lock_sql,
              {Param::array_of(numbers, [](std::int64_t number) { return number; })});
  records_ = tx.ask(select_records_sql,
                    {tx.tenant(), column(asked, [](auto const& r) { return r.method; }),
                     column(asked, [](auto const& r) { return hashed(r.path); }),
                     column(asked, [](auto const& r) { return r.key; }),
                     column(asked, [](auto const& r) { return hashed(r.body); })});
}

std::vector<Claim> Claims::settle() {
  std::vector<Claim> claims(asked_.size());
  if (!records_) return claims;
  for (auto const row : records_->rows()) {
    auto const place = static_cast<std::size_t>(row[0].integer()) - 1;
    claims.at(place) = row[1].boolean() ? Claim{read_record(row), std::nullopt} : mismatch();
  }
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (claims[i].first) touch_again(*asked_[i].request);
  }
  return claims;
}

void Claims::touch_again(Request const& request) {
  for (auto const touched : tx_.exec(
           select_touched_sql, {tx_.tenant(), request.method, hashed(request.path), request.key})) {
    tx_.touch(touched[0].id<CustomerId>(), touched[1].integer());
  }
}

std::optional<Record> claim(Tx& tx, Actor const& actor, Request const& request) {
  Asked const asked{&actor, &request};
  auto const claim = Claims(tx, {&asked, 1}).settle().front();
  if (claim.refused) throw Error(*claim.refused);
  return claim.first;
}

namespace {

constexpr std::string_view insert_records_sql = R"sql(
insert into idempotency (tenant_id, method, path_hash, key, body_hash, created_at, status, refs,
                         problem, roots, versions)
select $1, r.method, r.path_hash, r.key, r.body_hash, r.created_at, r.status, r.refs, r.problem,
       r.roots::uuid[], r.versions::bigint[]
from unnest($2::text[], $3::bytea[], $4::text[], $5::bytea[], $6::timestamptz[], $7::smallint[],
            $8::text[], $9::jsonb[], $10::text[], $11::text[])
  as r(method, path_hash, key, body_hash, created_at, status, refs, problem, roots, versions))sql";

}  // namespace

void record(Tx& tx, std::span<Outcome const> outcomes) {
  if (outcomes.empty() || is_broken("idempotency")) return;
  auto const column = [&](auto project) { return Param::array_of(outcomes, project); };
  auto const touched = [&](auto project) {
    return column([&](Outcome const& one) { return Param::array_of(one.touched, project); });
  };
  tx.append(
      insert_records_sql,
      {tx.tenant(), column([](Outcome const& one) { return one.asked.request->method; }),
       column([](Outcome const& one) { return hashed(one.asked.request->path); }),
       column([](Outcome const& one) { return one.asked.request->key; }),
       column([](Outcome const& one) { return hashed(one.asked.request->body); }),
       column([](Outcome const& one) { return one.asked.actor->now; }),
       column([](Outcome const& one) { return one.record.status; }), column([](Outcome const& one) {
         return one.record.refs.empty() ? Param(nullptr) : Param(one.record.refs);
       }),
       column([](Outcome const& one) {
         return one.record.error ? Param(write_problem(*one.record.error)) : Param(nullptr);
       }),
       touched([](postgres::Touched const& t) { return t.root; }),
       touched([](postgres::Touched const& t) { return t.version; })});
}

void record(Tx& tx, Actor const& actor, Request const& request, Record const& outcome) {
  Outcome const one{{&actor, &request}, outcome, tx.touched()};
  record(tx, {&one, 1});
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
