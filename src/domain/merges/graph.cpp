// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/merges/graph.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace throughline::merges {
namespace {

/// Sets of parts that grow together; each is named by one of its own.
class Sets {
 public:
  explicit Sets(std::span<CustomerId const> parts) {
    for (CustomerId const part : parts) leads_to_.emplace(part, part);
  }
  bool has(CustomerId part) const { return leads_to_.contains(part); }
  CustomerId name(CustomerId part) const {
    while (leads_to_.at(part) != part) part = leads_to_.at(part);
    return part;
  }
  void join(CustomerId one, CustomerId other) { leads_to_[name(one)] = name(other); }

 private:
  std::map<CustomerId, CustomerId> leads_to_;
};

std::vector<Edge> without(std::span<Edge const> links, std::vector<Edge> const& cut) {
  std::vector<Edge> rest;
  std::copy_if(links.begin(), links.end(), std::back_inserter(rest), [&](Edge const& link) {
    return std::none_of(cut.begin(), cut.end(),
                        [&](Edge const& gone) { return gone.id == link.id; });
  });
  return rest;
}

Cut cut_of(std::span<CustomerId const> parts, std::span<Edge const> links, std::vector<Edge> cut) {
  auto groups = connected(parts, without(links, cut));
  return {std::move(cut), {}, std::move(groups)};
}

}  // namespace

std::vector<Group> connected(std::span<CustomerId const> parts, std::span<Edge const> links) {
  Sets sets(parts);
  for (Edge const& link : links) {
    if (sets.has(link.one) && sets.has(link.other)) sets.join(link.one, link.other);
  }
  std::vector<Group> groups;
  std::map<CustomerId, std::size_t> place;
  for (CustomerId const part : parts) {
    auto const [known, fresh] = place.emplace(sets.name(part), groups.size());
    if (fresh) groups.emplace_back();
    groups[known->second].push_back(part);
  }
  return groups;
}

Cut cut_link(std::span<CustomerId const> parts, std::span<Edge const> links, MergeId named) {
  std::vector<Edge> cut;
  std::copy_if(links.begin(), links.end(), std::back_inserter(cut),
               [named](Edge const& link) { return link.id == named; });
  return cut_of(parts, links, std::move(cut));
}

Cut cut_tree(std::span<CustomerId const> parts, std::span<Edge const> links, MergeId named) {
  auto const top = std::find_if(links.begin(), links.end(),
                                [named](Edge const& link) { return link.id == named; });
  if (top == links.end()) return cut_of(parts, links, {});
  std::span<Edge const> const built(links.begin(), top + 1);
  std::set<CustomerId> inside;
  for (Group const& group : connected(parts, built)) {
    if (std::find(group.begin(), group.end(), top->one) == group.end()) continue;
    inside.insert(group.begin(), group.end());
  }
  std::vector<Edge> cut;
  std::copy_if(built.begin(), built.end(), std::back_inserter(cut),
               [&](Edge const& link) { return inside.contains(link.one); });
  return cut_of(parts, links, std::move(cut));
}

Cut cut_parts(std::span<CustomerId const> parts, std::span<Edge const> links,
              std::span<CustomerId const> leaving) {
  std::set<CustomerId> const gone(leaving.begin(), leaving.end());
  Cut cut;
  std::copy_if(links.begin(), links.end(), std::back_inserter(cut.links), [&](Edge const& link) {
    return gone.contains(link.one) != gone.contains(link.other);
  });
  auto const left = without(links, cut.links);
  std::vector<CustomerId> sides[2];
  for (CustomerId const part : parts) sides[gone.contains(part) ? 1 : 0].push_back(part);
  for (auto& side : sides) {
    auto const pieces = connected(side, left);
    for (std::size_t i = 1; i < pieces.size(); ++i) {
      cut.kept.emplace_back(pieces[i].front(), pieces.front().front());
    }
  }
  bool const leaving_is_older = sides[1].front() == parts.front();
  cut.groups = {std::move(sides[leaving_is_older ? 1 : 0]),
                std::move(sides[leaving_is_older ? 0 : 1])};
  return cut;
}

}  // namespace throughline::merges
