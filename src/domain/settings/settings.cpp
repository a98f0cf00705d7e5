// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/settings.hpp"

#include <utility>

#include "domain/settings/store.hpp"
#include "domain/settings/wire.hpp"

namespace throughline::settings {
namespace {

/// What was said, with the tenant's region in its place where the section shows it.
std::string whole(Section const& section, store::Stored const& stored) {
  if (!section.has_region) return stored.value;
  return with_region(stored.value, stored.default_region);
}

Shown shown_as(Section const& section, store::Stored const& stored) {
  auto shown = section.check(whole(section, stored)).shown;
  return {section.name, stored.version, stored.updated_at, std::move(shown), {}};
}

/// The section after a patch; its version is the next one where anything differs.
store::Stored patched(Actor const& actor, Section const& section, store::Stored const& stored,
                      std::string_view patch) {
  check_object(patch);
  auto const said = without_nulls(section.check(overlaid(whole(section, stored), patch)).said);
  if (said.size() > said_bytes_max) {
    throw Error({FieldError{
        "", "a section holds at most " + std::to_string(said_bytes_max) + " bytes of JSON"}});
  }
  if (equal(said, whole(section, stored))) return stored;
  if (!section.has_region) return {said, stored.version + 1, actor.now, stored.default_region};
  auto parted = without_region(said);
  return {std::move(parted.said), stored.version + 1, actor.now, std::move(parted.region)};
}

}  // namespace

postgres::Answer ask(postgres::Tx& tx, std::string_view section) {
  return store::ask_value(tx, section);
}

std::string said(postgres::Answer const& answer) {
  auto const rows = answer.rows();
  return rows.empty() ? std::string() : rows[0][0].text();
}

Shown get(postgres::Tx& tx, Section const& section) {
  return shown_as(section, store::find(tx, section.name));
}

void change(postgres::Tx& tx, Actor const& actor, Section const& section, std::string_view patch,
            std::optional<std::int64_t> expected) {
  store::lock_tenant(tx);
  auto const stored = store::find(tx, section.name);
  http::check_version(expected, stored.version);
  auto const next = patched(actor, section, stored, patch);
  if (next.version != stored.version) store::write(tx, actor, section.name, next);
}

Shown try_out(postgres::Tx& tx, Actor const& actor, Section const& section, std::string_view patch,
              std::optional<std::int64_t> expected) {
  auto const stored = store::find(tx, section.name);
  http::check_version(expected, stored.version);
  auto const before = shown_as(section, stored);
  auto after = shown_as(section, patched(actor, section, stored, patch));
  if (section.effect) after.effect = section.effect(tx, actor, before.document, after.document);
  return after;
}

}  // namespace throughline::settings
