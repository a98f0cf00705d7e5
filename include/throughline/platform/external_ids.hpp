// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Foreign ids: {system, id} is unique per tenant and kind of record; a repeat finds the first.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::external_ids {

/// Claims foreign ids for records about to be made, in one statement, in key order
/// (LockRank::external_ids); waits for another transaction that is claiming the same. The result
/// has one element per claim: nullopt if it is now ours, else the id of the record that had it
/// first (two equal claims in one call: the second gets the first one's id). `kind` is the word of
/// the module: "interaction", "message", "case", "note", "commitment", "event".
struct Claim {
  ExternalId external;
  Uuid record;
};
std::vector<std::optional<Uuid>> claim(postgres::Tx& tx, Actor const& actor, std::string_view kind,
                                       std::span<Claim const> claims);

/// The same in two steps: the claims travel with the transaction's next statement, and settle()
/// tells what came of them. `kind` outlives it.
class Claims {
 public:
  Claims(postgres::Tx& tx, std::string_view kind, std::vector<Claim> claims);
  std::vector<std::optional<Uuid>> settle();

 private:
  postgres::Tx& tx_;
  std::string_view const kind_;
  std::vector<Claim> const claims_;
  std::optional<postgres::Answer> ours_;
};

/// Gives back claims that this transaction made, for records that it will not make after all.
/// Others' claims of the same foreign ids stay.
void release(postgres::Tx& tx, Actor const& actor, std::string_view kind,
             std::span<Claim const> claims);

}  // namespace throughline::external_ids
