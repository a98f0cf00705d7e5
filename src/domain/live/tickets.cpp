// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/live/tickets.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "throughline/domain/live.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::live {

namespace {

constexpr std::string_view ticket_prefix = "tlt_";
constexpr char no_ticket[] =
    "The ticket is unknown, was used before, or is too old; get a new one.";
constexpr char no_more[] = "The ticket does not open all that is asked for.";

using Standing = std::map<KeyId, Scopes>;

/// Whether one list is within the other; an empty `whole` sets no bounds.
template <class Item>
bool is_within(std::vector<Item> const& part, std::vector<Item> const& whole) {
  return std::all_of(part.begin(), part.end(), [&](Item const& item) {
    return std::find(whole.begin(), whole.end(), item) != whole.end();
  });
}

std::optional<Error> let_in(Subscriber& subscriber, store::Redeemed const& redeemed,
                            Standing const& standing, Timestamp now) {
  auto const& ticket = redeemed.ticket;
  auto const key = standing.find(ticket.key);
  bool const holds = key != standing.end() && key->second.allows(Scope::context_read);
  if (!holds || ticket.expires_at <= now) return Error(Code::unauthorized, no_ticket);
  auto const& asked = subscriber.interest;
  bool const within = ticket.opens.empty() || (is_within(asked.customers, ticket.opens.customers) &&
                                               is_within(asked.queues, ticket.opens.queues));
  if (!within) return Error(Code::forbidden, no_more);
  if (asked.empty()) subscriber.interest = ticket.opens;
  subscriber.tenant = redeemed.tenant;
  subscriber.key = ticket.key;
  return std::nullopt;
}

Standing standing_of(postgres::Tx& tx, std::vector<store::Redeemed> const& tickets) {
  std::vector<KeyId> keys;
  for (auto const& redeemed : tickets) keys.push_back(redeemed.ticket.key);
  return auth::standing(tx, keys);
}

void check_customers(postgres::Tx& tx, std::vector<CustomerId> const& customers) {
  auto const known = store::roots_of(tx, customers);
  std::vector<FieldError> wrong;
  for (std::size_t i = 0; i < customers.size(); ++i) {
    if (known.contains(customers[i])) continue;
    wrong.push_back({"/customer_ids/" + std::to_string(i), "There is no such customer."});
  }
  if (!wrong.empty()) throw Error(std::move(wrong));
}

}  // namespace

Issue issue(postgres::Tx& tx, Actor const& actor, std::string_view key, Interest opens) {
  check_customers(tx, opens.customers);
  Issue const issue{make_uuid7(actor.now), actor.key, actor.now + ticket_lifetime};
  auto const hash = hash_of_ticket(text_of(issue, actor, key));
  store::insert(tx, {hash, actor.key, std::move(opens), issue.expires_at});
  return issue;
}

std::string text_of(Issue const& issue, Actor const& actor, std::string_view key) {
  if (issue.key != actor.key) {
    throw Error(Code::conflict, "Only the key that the ticket was made under can show it again.");
  }
  return auth::derive_secret(ticket_prefix, key, to_string(issue.salt));
}

TicketHash hash_of_ticket(std::string_view presented) {
  auto const hash = auth::hash_of_secret(ticket_prefix, presented);
  if (!hash) throw Error(Code::unauthorized, no_ticket);
  return *hash;
}

std::vector<Refused> redeem(postgres::Tx& tx, Timestamp now,
                            std::vector<SubscriberPtr> const& subscribers) {
  std::vector<TicketHash> hashes;
  for (auto const& subscriber : subscribers) hashes.push_back(subscriber->ticket.value());
  auto const tickets = store::redeem(tx, hashes);
  auto const standing = standing_of(tx, tickets);
  std::map<TicketHash, store::Redeemed const*> found;
  for (auto const& redeemed : tickets) found.emplace(redeemed.ticket.hash, &redeemed);
  std::vector<Refused> refused;
  for (auto const& subscriber : subscribers) {
    auto const ticket = found.find(*subscriber->ticket);
    auto error = ticket == found.end() ? std::optional(Error(Code::unauthorized, no_ticket))
                                       : let_in(*subscriber, *ticket->second, standing, now);
    // Of two who show one ticket at once, the first.
    if (ticket != found.end()) found.erase(ticket);
    if (error) refused.emplace_back(subscriber, std::move(*error));
  }
  return refused;
}

}  // namespace throughline::live
