// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/timeline.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/timeline/store.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/parts.hpp"

namespace throughline::timeline {
namespace {

constexpr std::array<std::string_view, 9> names{
    "interaction", "message", "case", "note", "event", "identity", "commitment", "handoff", "sla"};
static_assert(names.size() == static_cast<std::size_t>(Kind::sla) + 1);

/// A page ends where the one before began, and never reaches `until`.
TimeKey end_of(PageRequest const& page, Filter const& filter) {
  TimeKey end = below(page);
  if (filter.until && *filter.until <= end.at) end = {*filter.until, Uuid{}};
  return end;
}

}  // namespace

std::string_view name(Kind kind) {
  return names.at(static_cast<std::size_t>(kind));
}

std::span<std::string_view const> kind_names() {
  return names;
}

void append(postgres::Tx& tx, Actor const& actor, std::span<Entry const> entries) {
  if (entries.empty()) return;
  std::vector<Uuid> ids(entries.size());
  std::generate(ids.begin(), ids.end(), [&] { return make_uuid7(actor.now); });
  std::sort(ids.begin(), ids.end());  // ties are shown by id
  store::insert(tx, entries, ids);
}

Page<std::string> list(postgres::Tx& tx, CustomerId customer, Filter const& filter,
                       PageRequest const& page) {
  auto const root = parts::root_of(tx, customer);
  if (!root) throw Error(Code::not_found, "There is no such customer.");
  auto rows = cut(store::list(tx, *root, filter, end_of(page, filter), page.limit + 1), page.limit,
                  [](store::Row const& last) { return to_keys(last.key); });
  Page<std::string> result{{}, std::move(rows.next)};
  for (store::Row& row : rows.items) result.items.push_back(std::move(row.json));
  return result;
}

}  // namespace throughline::timeline
