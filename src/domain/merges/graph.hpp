// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a cut leaves of a customer's tree of links. Pure.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "throughline/domain/merges.hpp"

namespace throughline::merges {

struct Edge {
  MergeId id;
  CustomerId one, other;
};

using Group = std::vector<CustomerId>;

/// The connected sets of `parts` over those links that join two of them. Within a group the order
/// of `parts` is kept; groups are in the order of their first.
std::vector<Group> connected(std::span<CustomerId const> parts, std::span<Edge const> links);

/// A cut of one customer: `parts` are all of it, oldest first, `links` all that stand, oldest
/// first.
struct Cut {
  std::vector<Edge> links;                              // to be undone
  std::vector<std::pair<CustomerId, CustomerId>> kept;  // links to be made
  std::vector<Group> groups;  // the customers afterwards, each oldest first, by their oldest
};

/// Takes away the link named; later ones stay where they hang.
Cut cut_link(std::span<CustomerId const> parts, std::span<Edge const> links, MergeId named);

/// Takes away the link named and every older one that had built what it joined.
Cut cut_tree(std::span<CustomerId const> parts, std::span<Edge const> links, MergeId named);

/// Parts exactly `leaving` from the rest (neither is empty). What falls apart on either side is
/// held together by new links from the oldest there.
Cut cut_parts(std::span<CustomerId const> parts, std::span<Edge const> links,
              std::span<CustomerId const> leaving);

}  // namespace throughline::merges
