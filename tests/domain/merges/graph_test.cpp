// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a cut leaves of a tree of links.
#include "domain/merges/graph.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>

#include "support/seed.hpp"

using namespace throughline;
using namespace throughline::merges;

namespace {

CustomerId part(int number) {
  CustomerId id;
  id.value.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

Edge link(int number, int one, int other) {
  Edge edge{{}, part(one), part(other)};
  edge.id.value.bytes[15] = static_cast<std::uint8_t>(number);
  return edge;
}

std::vector<CustomerId> parts_up_to(int count) {
  std::vector<CustomerId> all;
  for (int i = 1; i <= count; ++i) all.push_back(part(i));
  return all;
}

/// "12 34": the groups by their parts' numbers.
std::string shown(std::vector<Group> const& groups) {
  std::string text;
  for (Group const& group : groups) {
    if (!text.empty()) text += ' ';
    for (CustomerId const id : group) text += std::to_string(id.value.bytes[15]);
  }
  return text;
}

std::string shown(std::vector<Edge> const& links) {
  std::string text;
  for (Edge const& edge : links) text += std::to_string(edge.id.value.bytes[15]);
  return text;
}

}  // namespace

TEST_CASE("cut: a link leaves two sides, whatever came later") {
  auto const parts = parts_up_to(4);
  std::vector<Edge> const links{link(1, 1, 2), link(2, 2, 3), link(3, 4, 1)};
  CHECK(shown(cut_link(parts, links, links[0].id).groups) == "14 23");
  CHECK(shown(cut_link(parts, links, links[1].id).groups) == "124 3");
  CHECK(shown(cut_link(parts, links, links[2].id).groups) == "123 4");
  CHECK(shown(cut_link(parts, links, links[1].id).links) == "2");
}

TEST_CASE("cut: a tree is the link and the older ones that built its sides") {
  auto const parts = parts_up_to(6);
  std::vector<Edge> const links{link(1, 1, 2), link(2, 3, 4), link(3, 5, 6), link(4, 2, 3),
                                link(5, 4, 5)};
  auto const cut = cut_tree(parts, links, links[3].id);
  CHECK(shown(cut.links) == "124");
  CHECK(shown(cut.groups) == "1 2 3 456");
  CHECK(shown(cut_tree(parts, links, links[4].id).groups) == "1 2 3 4 5 6");
  CHECK(shown(cut_tree(parts, links, links[0].id).groups) == "1 23456");
}

TEST_CASE("cut: chosen parts leave together, and neither side falls apart") {
  auto const parts = parts_up_to(5);
  std::vector<Edge> const links{link(1, 1, 2), link(2, 2, 3), link(3, 3, 4), link(4, 4, 5)};
  auto const cut = cut_parts(parts, links, std::vector{part(2), part(4)});
  CHECK(shown(cut.links) == "1234");
  CHECK(shown(cut.groups) == "135 24");
  REQUIRE(cut.kept.size() == 3);
  CHECK(cut.kept[0] == std::pair(part(3), part(1)));
  CHECK(cut.kept[1] == std::pair(part(5), part(1)));
  CHECK(cut.kept[2] == std::pair(part(4), part(2)));
  CHECK(shown(cut_parts(parts, links, std::vector{part(1)}).groups) == "1 2345");
  CHECK(cut_parts(parts, links, std::vector{part(1)}).kept.empty());
}

TEST_CASE("cut: whatever is cut of a random tree, forests stay forests") {
  std::mt19937_64 random(test::seed("merges graph"));
  for (int round = 0; round < 300; ++round) {
    int const count = 2 + static_cast<int>(random() % 12);
    auto const parts = parts_up_to(count);
    std::vector<Edge> links;
    for (int i = 2; i <= count; ++i) {
      links.push_back(link(i, i, 1 + static_cast<int>(random() % (i - 1))));
    }
    std::shuffle(links.begin(), links.end(), random);
    auto const named = links[random() % links.size()].id;
    std::vector<CustomerId> leaving(parts.begin() + 1, parts.end());
    std::shuffle(leaving.begin(), leaving.end(), random);
    leaving.resize(1 + random() % leaving.size());

    CHECK(cut_link(parts, links, named).groups.size() == 2);
    for (auto const& cut : {cut_link(parts, links, named), cut_tree(parts, links, named),
                            cut_parts(parts, links, leaving)}) {
      std::size_t const standing = links.size() - cut.links.size() + cut.kept.size();
      CHECK(standing == parts.size() - cut.groups.size());
      std::set<CustomerId> seen;
      for (Group const& group : cut.groups) {
        CHECK(std::is_sorted(group.begin(), group.end()));
        seen.insert(group.begin(), group.end());
      }
      CHECK(seen.size() == parts.size());
    }
    auto chosen = cut_parts(parts, links, leaving);
    std::sort(leaving.begin(), leaving.end());
    REQUIRE(chosen.groups.size() == 2);
    CHECK((chosen.groups[0] == leaving || chosen.groups[1] == leaving));
  }
}
