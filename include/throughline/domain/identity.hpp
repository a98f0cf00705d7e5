// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Identity, the exact part: which customer an identifier points to. Nothing is merged silently: a
// contact whose identifiers contradict each other, or lead to several customers, gets a part of its
// own with the candidates named, and identify() joins it later. How customers are joined and come
// apart is in merges.hpp, normalisation in identity_values.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/customers.hpp"
#include "throughline/domain/identity_values.hpp"
#include "throughline/domain/merges.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::identity {

inline constexpr std::size_t identifiers_per_request_max = 20;
inline constexpr std::size_t identifiers_per_customer_max = merges::identifiers_max;
inline constexpr std::size_t customers_per_identifier_max = 50;  // that may share one
inline constexpr std::size_t candidates_max = 10;

/// How a subject was found. Grades are those of HL7 FHIR $match.
enum class Decision {
  matched,   // exactly one customer
  created,   // nobody known by these identifiers: a new customer
  review,    // a shared identifier: several customers, no other identifier decides
  conflict,  // identifiers that lead to different customers
  none       // unknown, and nothing was created
};
std::string_view name(Decision decision);

struct Candidate {
  CustomerId customer;  // a root
  std::string grade;    // "certain" "probable" "possible" "certainly_not"
};

/// Whom a record is about: identifiers, or a customer named by any of its ids.
struct Subject {
  std::vector<Identifier> identifiers;
  std::optional<CustomerId> customer;
};

/// An identifier that was brought and not attached, though nobody else holds it.
struct NotAttached {
  Identifier identifier;
  /// "limit": the customer holds as many of its class as they may. "exclusive": they hold another
  /// one, and its class is exclusive. "full": they hold identifiers_per_customer_max.
  std::string reason;
};

struct Resolved {
  Decision decision = Decision::none;
  std::string grade;      // of the match; empty when created or none
  std::string assurance;  // the best of the identifiers that decided; empty if none did
  /// The part that a record with this subject belongs to: the one its deciding identifier hangs on
  /// (authenticated before channel before claimed, then the order given), or the id named.
  std::optional<CustomerId> part;
  std::optional<CustomerId> root;
  bool created = false;  // the part was made by this call
  bool stale = false;    // found by nothing but what went unconfirmed for long: grade possible
  std::vector<Candidate> candidates;
  std::vector<NotAttached> not_attached;  // the timeline tells of them, too
};

struct Resolution {
  std::vector<Resolved> subjects;  // one per subject asked, in order
  parts::Locked locked;  // every part named above, and every candidate of a value that may decide
};

/// What to do about a subject that is in doubt (review, conflict) or unknown.
enum class Unknown {
  create,        // unknown: a new customer; in doubt: a provisional part of its own
  create_known,  // unknown: a new customer; in doubt: nothing, the candidates are the answer
};

/// What identity did on behalf of a larger operation, which records it with its own facts.
using Facts = merges::Facts;

/// Resolves or creates, for a whole batch, in one transaction and in the one lock order: identifier
/// values sorted (their rows are made where new), then customers by id, then it looks
/// (postgres::Retry where a customer was joined meanwhile). Two transactions bringing the same new
/// identifier make one customer; a later subject of the batch finds what an earlier one brought.
///
/// On a match, identifiers that nobody holds are attached to the matched part while there is room
/// (by class, and in all); those that the customer holds are confirmed (a higher assurance at once,
/// the time at most once a day, so that a known caller's start writes nothing here); what belongs
/// to somebody else is left where it is, and remembered as seen with the part. The identifiers of a
/// subject in doubt that belong to nobody are attached to its own part. Placeholders and blocked
/// values ("anonymous") lead to nobody and are attached to nobody. A customer who holds another
/// value of an exclusive class cannot be meant: the identifiers that led there have been seen with
/// two people and are shared from now on. A subject that names a customer matches it, whatever its
/// identifiers say; an unknown one has decision none.
///
/// A match by what is stale attaches and confirms nothing: the number may have been given to
/// somebody else. It is remembered as seen with the part, for confirm_seen().
///
/// `also`: further parts the operation needs locked. What happened is appended to `facts`. `look`
/// is called once the locks are on their way, so that what the operation itself wants to see behind
/// them (Tx::ask) travels along.
Resolution resolve_or_create(postgres::Tx& tx, Actor const& actor,
                             std::span<Subject const> subjects, Unknown unknown,
                             std::span<CustomerId const> also, Facts& facts,
                             std::function<void()> const& look = {});

/// Reads only: who is it? Never creates. decision none if unknown.
Resolved resolve(postgres::Tx& tx, Actor const& actor, Subject const& subject);

/// Whom an identifier leads to now: "probable" where it is one, "possible" where several share it.
std::vector<Candidate> owners_of(postgres::Tx& tx, Identifier const& identifier);

/// A link made by rule, between two parts, that may rest on a value.
struct Resting {
  MergeId merge;
  CustomerId one, other;
};
/// Links between parts that both came with this value, for when it turns out to be shared
/// (changes::Type::identifier_shared): what they rest on has to be looked at again. Of at most
/// customers_per_identifier_max holders, and of those who were seen with it.
std::vector<Resting> links_resting_on(postgres::Tx& tx, Identifier const& identifier);

/// One identifier as it hangs on a customer.
struct Owned {
  std::string type;
  std::string value;
  std::string assurance;
  bool shared = false;  // active on other customers too
  CustomerId part;
  Timestamp valid_from;
  Timestamp confirmed_at;
};
/// Active identifiers of a customer, over all its parts.
std::vector<Owned> identifiers_of(postgres::Tx& tx, CustomerId customer);

/// What is to be done where others hold the identifier.
enum class Others {
  refuse,  // conflict with candidates
  share,   // it is known to be used by all of them
  move     // they don't use it any more: their validity ends, history stays
};

/// Attaches an identifier to the part named. Already there: confirms it and returns false (and
/// takes it from the others where it is to be moved). Throws not_found; invalid /value for a
/// placeholder or blocked value; conflict at identifiers_per_customer_max and at the limit of its
/// class. A second one of an exclusive class is taken: a person may say so. Raises the versions of
/// every root whose answer changes (an identifier that becomes shared changes its other owners'
/// answers too).
bool attach(postgres::Tx& tx, Actor const& actor, CustomerId customer, Identifier const& identifier,
            Others others);

/// Ends the identifier's validity on this customer; history stays. Throws not_found when it does
/// not hang there.
void detach(postgres::Tx& tx, Actor const& actor, CustomerId customer,
            Identifier const& identifier);

/// Joins the part of a contact to the customer that the caller turned out to be: recorded as a
/// merge that can be undone. `part` must be one that the contact brought itself: provisional or
/// made by it, with no other contact's records; another customer's part is conflict (whether two
/// established customers are one is for people to decide), and so are two that are remembered as
/// not the same. Same root already: does nothing, returns false.
bool join(postgres::Tx& tx, Actor const& actor, parts::Locked& locked, CustomerId part,
          CustomerId customer, std::optional<InteractionId> interaction, Facts& facts);

/// The contact on this part, found by what was stale, is who that said: what the part was seen with
/// and its customer holds is confirmed as of now. The part must be locked.
void confirm_seen(postgres::Tx& tx, Actor const& actor, parts::Locked const& locked,
                  CustomerId part);

/// Writes the keys by which customers are found, for those that came before there were any or past
/// the server: `throughline identity index`. Keys that are there already stay. Reads and writes in
/// chunks, a transaction each. How many customers there are; scores are measured against that.
std::size_t index(postgres::Pool& pool, TenantId tenant);

/// Estimates what levels of agreement are worth from the tenant's own customers (the newest
/// 20,000), without labels, and goes by that from now on: `throughline identity estimate`. Reads in
/// chunks, a transaction each.
struct Estimated {
  std::int64_t version = 0;  // of the weights; scores name it
  std::size_t records = 0;
  std::size_t pairs_found = 0;  // that share a key
  std::size_t pairs_random = 0;
  std::string weights_json;
};
Estimated estimate(postgres::Pool& pool, TenantId tenant, Timestamp now);

/// Upsert by identifier (PUT /v1/customers/by/{type}/{value}).
struct Upsert {
  Identifier key;
  customers::Patch patch;
  std::vector<Identifier> identifiers;  // only added
};
struct Upserted {
  CustomerId customer;
  bool created = false;
  struct Conflict {
    Identifier identifier;  // was not taken
    std::vector<Candidate> owners;
    /// "taken": it belongs to them. "blocked": a placeholder or blocked value. "limit",
    /// "exclusive": as NotAttached.
    std::string reason;
  };
  std::vector<Conflict> conflicts;
  std::optional<MatchId> review;  // whether it is somebody else who is known, too
};
/// Where names or profile changed, the customer is compared whole with everybody that it could be,
/// as POST /v1/identity/resolve does, and put to people where that would have joined or asked. No
/// rule joins it: the caller's key says that it is one, and its answer speaks of that one.
/// Throws ambiguous (with candidates) where the key itself is shared, version_mismatch as If-Match
/// asks.
Upserted upsert(postgres::Tx& tx, Actor const& actor, Upsert const& upsert,
                std::optional<std::int64_t> expected);

/// The customer as the API shows it, identifiers included.
std::string customer_json(postgres::Tx& tx, customers::Customer const& customer);
/// [{"id":…,"display_name":…,"grade":…}], at most candidates_max.
std::string candidates_json(postgres::Tx& tx, std::span<Candidate const> candidates);
/// Error(ambiguous) with the member `candidates`.
Error ambiguous_error(postgres::Tx& tx, std::span<Candidate const> candidates);

/// GET, PATCH /v1/customers/{id} · PUT /v1/customers/by/{type}/{value} · POST, DELETE
/// /v1/customers/{id}/identifiers[/{type}/{value}] · POST /v1/identity/resolve
std::vector<http::Route> routes();

}  // namespace throughline::identity
