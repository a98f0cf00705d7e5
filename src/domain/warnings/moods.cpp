// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <utility>

#include "domain/warnings/store.hpp"
#include "throughline/domain/warnings.hpp"

namespace throughline::warnings {
namespace {

constexpr std::string_view frustrated = "frustrated";

struct Standing {
  store::Warning warning;
  Actor const* raised_by = nullptr;  // by this operation; null: it stood before
  bool renewed = false;
};

}  // namespace

struct Moods::Impl {
  Impl(postgres::Tx& on, std::span<InteractionId const> contacts)
      : tx(on), said(settings::ask(tx, section_name)), rows(store::ask(tx, frustrated, contacts)) {}

  void read();
  void raise_or_renew(Actor const& actor, Contact const& contact,
                      std::vector<changes::Deed>& deeds);
  void clear(Actor const& actor, Contact const& contact, std::vector<changes::Deed>& deeds);

  postgres::Tx& tx;
  postgres::Answer const said;
  std::optional<postgres::Answer> rows;  // until they are read
  Frustrated rule;
  std::map<InteractionId, Standing> standing;
  std::vector<Uuid> gone;  // of those that stood before
};

void Moods::Impl::read() {
  for (auto& warning : store::read(rows->rows())) {
    auto const contact = warning.interaction;
    standing[contact].warning = std::move(warning);
  }
  rows.reset();
  rule = parse_rules(settings::said(said)).frustrated;
}

/// The alarm of one that is renewed stays: when it rings, its handler finds the later end.
void Moods::Impl::raise_or_renew(Actor const& actor, Contact const& contact,
                                 std::vector<changes::Deed>& deeds) {
  Timestamp const until = actor.now + rule.window;
  auto const [found, is_new] = standing.try_emplace(contact.id);
  auto& [warning, raised_by, renewed] = found->second;
  if (!is_new) {
    warning.until = std::max(warning.until, until);
    renewed = true;
    return;
  }
  warning = {make_uuid7(actor.now), contact.part, std::string(frustrated), contact.id,
             contact.channel, std::nullopt, actor.now, until};
  raised_by = &actor;
  deeds.push_back({&actor,
                   {changes::Type::warning_raised, contact.part, warning.id, {warning.code}, {}}});
}

void Moods::Impl::clear(Actor const& actor, Contact const& contact,
                        std::vector<changes::Deed>& deeds) {
  auto const found = standing.find(contact.id);
  if (found == standing.end()) return;
  auto const& warning = found->second.warning;
  if (found->second.raised_by == nullptr) gone.push_back(warning.id);
  deeds.push_back({&actor,
                   {changes::Type::warning_cleared, warning.part, warning.id, {warning.code}, {}}});
  standing.erase(found);
}

Moods::Moods(postgres::Tx& tx, std::span<InteractionId const> contacts)
    : impl_(std::make_unique<Impl>(tx, contacts)) {}

Moods::~Moods() = default;

void Moods::feel(Actor const& actor, Contact const& contact, std::optional<double> sentiment,
                 std::vector<changes::Deed>& deeds) {
  if (impl_->rows) impl_->read();
  if (!sentiment || *sentiment >= impl_->rule.clears_at) {
    impl_->clear(actor, contact, deeds);
  } else if (impl_->rule.enabled && *sentiment <= impl_->rule.at_or_below) {
    impl_->raise_or_renew(actor, contact, deeds);
  }
}

void Moods::write() {
  store::remove(impl_->tx, impl_->gone);
  alarms::clear(impl_->tx, alarms::Kind::warning_ends, impl_->gone);
  std::vector<alarms::Alarm> fresh;
  for (auto const& [contact, one] : impl_->standing) {
    auto const& warning = one.warning;
    if (one.raised_by != nullptr) {
      store::insert(impl_->tx, *one.raised_by, warning);
      fresh.push_back({alarms::Kind::warning_ends, warning.id, warning.part, warning.until});
    } else if (one.renewed) {
      store::extend(impl_->tx, warning.id, warning.until);
    }
  }
  alarms::set(impl_->tx, fresh);
}

}  // namespace throughline::warnings
