// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Tickets made and redeemed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "domain/live/store.hpp"
#include "throughline/base/actor.hpp"
#include "throughline/base/error.hpp"

namespace throughline::live {

/// Makes a ticket under the actor's key, of which `key` is the text. Told again from the same key
/// and the Issue returned, it is the same, though only its hash is kept.
struct Issue {
  Uuid salt;
  KeyId key;
  Timestamp expires_at;
};
/// Throws invalid at /customer_ids for ids that are no customer's.
Issue issue(postgres::Tx& tx, Actor const& actor, std::string_view key, Interest opens);
/// Throws conflict under another key.
std::string text_of(Issue const& issue, Actor const& actor, std::string_view key);
/// Throws unauthorized for a text that can be no ticket.
TicketHash hash_of_ticket(std::string_view presented);

/// Uses up the tickets of these subscribers, who get their tenant, their key, and, where they named
/// nothing, what the ticket opens. In a Tx of the service role. Whoever may not listen is returned
/// with the reason, and not redeemed: unknown, used or late tickets, or those whose key does not
/// hold any more (unauthorized), and those who ask for more than theirs opens (forbidden).
using Refused = std::pair<SubscriberPtr, Error>;
std::vector<Refused> redeem(postgres::Tx& tx, Timestamp now,
                            std::vector<SubscriberPtr> const& subscribers);

}  // namespace throughline::live
