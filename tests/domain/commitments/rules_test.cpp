// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/commitments/rules.hpp"

#include <catch2/catch.hpp>

#include "throughline/base/error.hpp"

namespace throughline::commitments {
namespace {

using std::chrono::hours;
using Fields = std::vector<std::string>;

constexpr Timestamp noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + hours(12);

/// Promised at noon, due two hours later.
Commitment promise() {
  Commitment value;
  value.version = 1;
  value.what = "A manager calls back";
  value.status = "open";
  value.at = noon;
  value.due_at = noon + hours(2);
  value.updated_at = noon;
  return value;
}

Actor at(Timestamp now, std::string_view scopes = "all") {
  Actor actor;
  actor.now = now;
  actor.scopes = *parse_scopes(scopes);
  return actor;
}

Patch to(std::string status, std::optional<Timestamp> settled_at = {}) {
  Patch patch;
  patch.status = std::move(status);
  patch.settled_at = settled_at;
  return patch;
}

std::string refused(Commitment const& before, Patch const& patch, Actor const& actor) {
  try {
    patched(before, patch, actor);
    return "nothing";
  } catch (Error const& error) {
    std::string told(name(error.code()));
    for (auto const& field : error.fields()) told += " " + field.pointer;
    return told;
  }
}

TEST_CASE("commitments: kept in time is kept and was never overdue", "[commitments]") {
  auto patch = to("kept");
  patch.agent = Agent{"human", "mara", "", "", ""};
  auto const change = patched(promise(), patch, at(noon + hours(1)));
  CHECK(change.after.status == "kept");
  CHECK(change.after.settled_at == noon + hours(1));
  CHECK(change.after.settled_by == patch.agent);
  CHECK_FALSE(change.after.overdue);
  CHECK_FALSE(change.fell_due);
  CHECK(change.after.version == 2);
  CHECK(change.fields == Fields{"status", "settled_at"});
}

TEST_CASE("commitments: kept late is kept, and the due time is told whoever came first",
          "[commitments]") {
  auto before = promise();
  auto const unrung = patched(before, to("kept"), at(noon + hours(2)));
  CHECK(unrung.after.status == "kept");
  CHECK(unrung.after.overdue);
  CHECK(unrung.fell_due);
  CHECK(unrung.after.version == 3);
  fall_due(before, noon + hours(2));
  auto const rung = patched(before, to("kept"), at(noon + hours(3)));
  CHECK(rung.after.overdue);
  CHECK_FALSE(rung.fell_due);
  CHECK(rung.after.version == 3);
}

TEST_CASE("commitments: one that was settled before it fell due was not overdue", "[commitments]") {
  auto const early = noon + hours(1);
  auto const change = patched(promise(), to("kept", early), at(noon + hours(5)));
  CHECK(change.after.settled_at == early);
  CHECK_FALSE(change.after.overdue);
  CHECK_FALSE(change.fell_due);
  CHECK(refused(promise(), to("kept", early), at(noon + hours(5), "cases:write")) == "forbidden");
  CHECK(refused(promise(), to("kept", noon - hours(1)), at(noon + hours(5))) ==
        "invalid /settled_at");
  CHECK(refused(promise(), to("kept", noon + hours(9)), at(noon + hours(5))) ==
        "invalid /settled_at");
  CHECK(refused(promise(), to("open", early), at(noon + hours(5))) == "invalid /settled_at");
}

TEST_CASE("commitments: a new due time clears overdue", "[commitments]") {
  auto before = promise();
  fall_due(before, noon + hours(2));
  Patch patch;
  patch.due_at = noon + hours(6);
  auto const moved = patched(before, patch, at(noon + hours(3)));
  CHECK(moved.after.due_at == noon + hours(6));
  CHECK_FALSE(moved.after.overdue);
  CHECK_FALSE(moved.fell_due);
  CHECK(moved.after.status == "open");
  CHECK(moved.fields == Fields{"due_at"});
  // Before the alarm has rung: what had passed is told all the same.
  auto const late = patched(promise(), patch, at(noon + hours(3)));
  CHECK(late.fell_due);
  CHECK_FALSE(late.after.overdue);

  for (auto const due : {noon + hours(1), noon + hours(3), noon + hours(3) + 2 * due_ahead_max}) {
    patch.due_at = due;
    CHECK(refused(promise(), patch, at(noon + hours(3))) == "invalid /due_at");
  }
  patch.due_at = promise().due_at;
  CHECK(patched(promise(), patch, at(noon + hours(3))).fields.empty());
}

TEST_CASE("commitments: what is settled stays as it is", "[commitments]") {
  auto const kept = patched(promise(), to("kept"), at(noon + hours(1))).after;
  for (auto const* status : {"open", "broken", "cancelled"}) {
    CHECK(refused(kept, to(status), at(noon + hours(1))) == "conflict");
  }
  Patch patch;
  patch.what = "Somebody calls back";
  CHECK(refused(kept, patch, at(noon + hours(1))) == "conflict");
  patch = {};
  patch.due_at = noon + hours(9);
  CHECK(refused(kept, patch, at(noon + hours(1))) == "conflict");
  CHECK(patched(kept, to("kept"), at(noon + hours(9))).fields.empty());
  CHECK(patched(kept, to("kept", kept.settled_at), at(noon + hours(9))).fields.empty());
  CHECK(patched(kept, {}, at(noon + hours(9))).after.version == kept.version);
}

}  // namespace
}  // namespace throughline::commitments
