// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The history in words.
#include "domain/merges/history.hpp"

#include <catch2/catch.hpp>

using namespace throughline;
using namespace throughline::merges;

namespace {

constexpr std::string_view some_id = "00000000-0000-0000-0000-000000000000";

Entry entry(std::string rule) {
  Entry made;
  made.rule = std::move(rule);
  made.one.name = "Ann";
  made.said.at = parse_rfc3339("2026-11-21T08:00:00Z").value();
  made.said.reason = "same passport";
  made.said.agent = Agent{"human", "anna", {}, {}, {}};
  return made;
}

std::string told(Entry const& made, std::vector<std::string> const& evidence = {}) {
  std::string text = summary(made, evidence);
  for (auto at = text.find(some_id); at != std::string::npos; at = text.find(some_id)) {
    text.replace(at, some_id.size(), "ID");
  }
  return text;
}

}  // namespace

TEST_CASE("history: who joined whom, when and why") {
  CHECK(told(entry("person")) ==
        "The agent anna joined \"Ann\" (ID) and ID on 2026-11-21 08:00 UTC: same passport.");
  auto caller = entry("identify");
  caller.said.reason.clear();
  CHECK(told(caller) == "The caller \"Ann\" (ID) was identified as ID on 2026-11-21 08:00 UTC.");
  auto automatic = entry("resolve");
  automatic.said.agent.reset();
  automatic.said.reason.clear();
  automatic.score = 0.9987;
  CHECK(told(automatic, {"email exact", "family_name close"}) ==
        "The rules joined \"Ann\" (ID) and ID on 2026-11-21 08:00 UTC. What agreed: email exact, "
        "family_name close (score 0.998).");
  auto nobody = entry("person");
  nobody.said.agent.reset();
  nobody.said.reason = "They say so!";
  CHECK(told(nobody) ==
        "Somebody with the key ID joined \"Ann\" (ID) and ID on 2026-11-21 08:00 "
        "UTC: They say so!");
}

TEST_CASE("history: what became of it") {
  auto undone = entry("person");
  undone.how = "tree";
  undone.undone =
      Said{undone.said.at + std::chrono::hours(1), "", Agent{"bot", "b1", {}, {}, {}}, {}};
  CHECK(told(undone) ==
        "The agent anna joined \"Ann\" (ID) and ID on 2026-11-21 08:00 UTC: same passport. The bot "
        "b1 undid this on 2026-11-21 09:00 UTC together with the merges that it was built of.");
}

TEST_CASE("history: who is not the same") {
  auto apart = entry("");
  apart.joined = false;
  apart.source = "review";
  apart.said.reason = "father and son";
  CHECK(told(apart) ==
        "The agent anna said on 2026-11-21 08:00 UTC that \"Ann\" (ID) and ID are "
        "not the same: father and son.");
  apart.source = "undo";
  apart.lifted_at = apart.said.at + std::chrono::hours(24);
  CHECK(told(apart) ==
        "The agent anna parted \"Ann\" (ID) and ID on 2026-11-21 08:00 UTC, and no rule will join "
        "them again: father and son. People joined them nevertheless on 2026-11-22 08:00 UTC.");
}
