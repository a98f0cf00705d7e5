// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Merges in and out of JSON.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/merges/history.hpp"
#include "domain/merges/preview.hpp"
#include "domain/merges/store.hpp"

namespace throughline::merges {

// --- requests: each throws Error(invalid) with all that is wrong -----------------------------

struct AskedMerge {
  Asked asked;
  bool dry_run = false;
};
AskedMerge read_merge(std::string_view body, CustomerId customer);

struct AskedUndo {
  Undo undo;
  bool dry_run = false;
};
AskedUndo read_undo(std::string_view body, MergeId merge);

// --- documents -------------------------------------------------------------------------------

std::string to_json(Entry const& entry);

/// The customer's document, its identifiers included.
std::string customer_json(customers::Customer const& customer,
                          std::span<store::Held const> identifiers);

/// `entry`: unset where they were one already.
std::string merged_json(std::optional<Entry> const& entry, std::string const& customer);
std::string preview_json(Preview const& view);

/// What an undo left: one of the customers, as it is now.
struct Left {
  customers::Customer customer;
  std::vector<CustomerId> parts;
  std::vector<store::Held> identifiers;
};
struct Answer {
  bool parted = true;
  bool dry_run = false;
  store::UndoRow undo;
  store::Stayed stayed;
  std::vector<Left> customers;
};
std::string undone_json(Answer const& answer);

// --- columns and receipts: ids and kinds, never texts ----------------------------------------

std::string unlinked_column(std::span<Unlinked const> links);
std::vector<Unlinked> parse_unlinked(std::string_view json);

/// What a merge came to: the merge, or the customer that the two were already. Neither: a dry run.
struct MergeRefs {
  std::optional<MergeId> merge;
  std::optional<CustomerId> customer;
};
std::string to_refs(MergeRefs const& refs);
MergeRefs parse_merge_refs(std::string_view refs);

/// What an undo came to; unset: a dry run.
std::string to_refs(std::optional<Undone> const& undone);
std::optional<Undone> parse_undo_refs(std::string_view refs);

}  // namespace throughline::merges
