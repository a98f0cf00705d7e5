// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What live streams ask PostgreSQL for beside the feed, and their tickets.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/live/courses.hpp"
#include "domain/live/subscriber.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::live::store {

/// The highest position drawn by anybody, and what tells when those who drew have ended.
struct Pulse {
  std::int64_t drawn = 0;
  std::int64_t oldest_open = 0;  // every transaction with a lower id has ended
  std::int64_t next_id = 0;      // read after that
};
/// In a Tx of Mode::read.
Pulse pulse(postgres::Tx& tx);

/// Where each of these parts stands in this snapshot; unknown ones are absent.
std::map<CustomerId, CustomerId> roots_of(postgres::Tx& tx, std::span<CustomerId const> parts);
/// All merges and undos behind this position that the snapshot shows, the newest first.
std::vector<Turn> turns_after(postgres::Tx& tx, std::int64_t position);

/// The queue of each of these handoffs that stands in one.
std::map<Uuid, std::string> queues_of(postgres::Tx& tx, std::span<Uuid const> handoffs);

struct Ticket {
  TicketHash hash;
  KeyId key;
  Interest opens;
  Timestamp expires_at;
};
void insert(postgres::Tx& tx, Ticket const& ticket);

/// A ticket that was there, whatever its time. `place` is that of its hash in the question.
struct Redeemed {
  std::size_t place = 0;
  TenantId tenant;
  Ticket ticket;
};
/// Uses them up. In a Tx of the service role.
std::vector<Redeemed> redeem(postgres::Tx& tx, std::span<TicketHash const> hashes);

}  // namespace throughline::live::store
