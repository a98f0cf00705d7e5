// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/protocol/roots.hpp"

#include <iostream>

#include "platform/cache/protocol/report.hpp"

using namespace throughline::protocol;
using namespace throughline::protocol::roots;

namespace {

struct Script {
  char const* name;
  std::vector<Change> changes;
};

std::vector<Script> const scripts = {
    {"an identifier moves", {Change::move_p_to_y}},
    {"an identifier moves, then a note", {Change::move_p_to_y, Change::write_to_y}},
    {"there and back", {Change::move_p_to_y, Change::move_p_to_x}},
    {"there and back, a note",
     {Change::move_p_to_y, Change::move_p_to_x, Change::write_to_x}},
    {"a merge", {Change::merge}},
    {"a note, then a merge", {Change::write_to_x, Change::merge}},
    {"a merge, then a note", {Change::merge, Change::write_to_y}},
    {"a merge, undone", {Change::merge, Change::undo}},
    {"a merge, a note, undone", {Change::merge, Change::write_to_y, Change::undo}},
    {"an identifier moves, twice asked for", {Change::move_p_to_y, Change::find_y}},
    {"an identifier moves, twice asked for, a note",
     {Change::move_p_to_y, Change::find_y, Change::write_to_y}},
    {"a note, twice sent", {Change::write_to_y, Change::find_y}},
    {"a merge, twice asked for", {Change::merge, Change::find_y}},
    {"a merge, undone, a note", {Change::merge, Change::undo, Change::write_to_x}},
};

struct Found {
  std::size_t states = 0;
  std::string where;
  Outcome shortest;
};

/// All scripts, the two reads going by any of the names.
Found search_all(Rules<Part> const& rules) {
  Found found;
  for (auto const& script : scripts) {
    for (Name const first : {name_p, name_x, name_y}) {
      for (Name const second : {name_p, name_x, name_y}) {
        auto const outcome = search(Roots(script.changes, first, second, rules));
        REQUIRE((outcome.broken || outcome.complete));
        found.states += outcome.states;
        bool const shorter =
            found.where.empty() || outcome.story.size() < found.shortest.story.size();
        if (!outcome.broken || !shorter) continue;
        constexpr char const* words[] = {"p", "x", "y"};
        found.where = std::string(script.name) + ", read 1 by " + words[first] + ", read 2 by " +
                      words[second];
        found.shortest = outcome;
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("protocol: changes of root: no stale answer and none about another", "[protocol]") {
  auto const found = search_all({});
  std::cout << "changes of root: " << found.states << " states" << std::endl;
  INFO(found.where << "\n" << found.shortest.told());
  REQUIRE(found.where.empty());
}

TEST_CASE("protocol: every rule about roots is needed", "[protocol]") {
  struct Removed {
    Part part;
    char const* name;
  };
  Removed const all[] = {
      {Part::entry_confirms, "believing a hint without the entry's word"},
      {Part::raises_old_root, "not raising the root that a name led to before"},
      {Part::raises_new_root, "not raising the root that it leads to now"},
      {Part::highest_plus_one, "versions + 1 each, instead of above the highest"},
      {Part::filled_under_own_root, "keeping a document under the root that was looked for"},
      {Part::token, "without the token"},
      {Part::tells_what_it_rests_on, "telling of nothing but one's own roots"},
      {Part::tells_what_it_found, "telling of nothing where nothing was left to do"},
  };
  for (auto const& [part, name] : all) {
    auto const found = search_all(Rules<Part>::without({part}));
    std::cout << name << ": " << found.states << " states, " << found.where << "\n"
              << found.shortest.told() << std::flush;
    CHECK_FALSE(found.where.empty());
  }
}
