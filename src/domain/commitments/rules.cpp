// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "rules.hpp"

#include "throughline/base/error.hpp"

namespace throughline::commitments {
namespace {

/// When the patch settles it; nullopt for one that leaves it open.
std::optional<Timestamp> settling_time(Commitment const& before, Patch const& patch,
                                       Actor const& actor) {
  bool const settles = patch.status && *patch.status != "open" && *patch.status != before.status;
  if (!settles) {
    if (!patch.settled_at || before.settled_at == patch.settled_at) return std::nullopt;
    throw Error({FieldError{"/settled_at", "goes with a status that settles it"}});
  }
  auto const at = record_time(actor, patch.settled_at, "/settled_at");
  if (at < before.at) {
    throw Error({FieldError{"/settled_at", "must not be before the promise was made"}});
  }
  return at;
}

std::vector<std::string> changed_fields(Commitment const& before, Patch const& patch,
                                        std::optional<Timestamp> settled_at) {
  std::vector<std::string> fields;
  if (patch.what && *patch.what != before.what) fields.emplace_back("what");
  if (patch.due_at && *patch.due_at != before.due_at) fields.emplace_back("due_at");
  if (patch.status && *patch.status != before.status) fields.emplace_back("status");
  if (settled_at) fields.emplace_back("settled_at");
  return fields;
}

void move_due(Commitment& value, Timestamp due_at, Timestamp now) {
  if (due_at == value.due_at) return;
  check_due_after(due_at, now, now);
  value.due_at = due_at;
  value.overdue = false;
}

}  // namespace

void check_due_after(Timestamp due_at, Timestamp than, Timestamp now) {
  if (due_at <= than) {
    throw Error({FieldError{"/due_at", than == now ? "must lie in the future"
                                                   : "must be later than the promise was made"}});
  }
  if (due_at > now + due_ahead_max) {
    throw Error({FieldError{"/due_at", "must lie within ten years"}});
  }
}

bool is_due(Commitment const& value, Timestamp by) {
  return value.status == "open" && value.due_at <= by;
}

void fall_due(Commitment& value, Timestamp now) {
  value.overdue = true;
  value.version += 1;
  value.updated_at = now;
}

Patched patched(Commitment const& before, Patch const& patch, Actor const& actor) {
  auto const settled_at = settling_time(before, patch, actor);
  Patched result{before, changed_fields(before, patch, settled_at)};
  if (result.fields.empty()) return result;
  if (before.status != "open") {
    throw Error(Code::conflict, "A settled commitment stays as it is; make a new one.");
  }
  Commitment& after = result.after;
  result.fell_due = !before.overdue && is_due(before, settled_at.value_or(actor.now));
  if (result.fell_due) fall_due(after, actor.now);
  if (patch.what) after.what = *patch.what;
  if (patch.due_at) move_due(after, *patch.due_at, actor.now);
  if (settled_at) {
    after.status = *patch.status;
    after.settled_at = settled_at;
    after.settled_by = patch.agent;
    after.overdue = after.due_at <= *settled_at;
  }
  after.version += 1;
  after.updated_at = actor.now;
  return result;
}

}  // namespace throughline::commitments
