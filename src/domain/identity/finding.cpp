// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The decision about a record, without a database.
#include <algorithm>
#include <utility>

#include "domain/identity/recognise.hpp"

namespace throughline::identity {
namespace {

using likeness::Field;
using likeness::Grade;
using likeness::Judged;

/// A name alone is many people's, even where one is known who has said no more.
bool is_doubtless(likeness::Record const& record, Judged const& judged) {
  return judged.vetoes.empty() && (!record.identifiers.empty() || judged.grade == Grade::certain);
}

bool says_who(Field field) {
  return field == Field::given_name || field == Field::family_name || field == Field::name_order ||
         field == Field::date_of_birth;
}

/// Neither names nor dates could be compared: nothing is there to contradict the identifiers.
bool speaks_of_contacts_alone(Judged const& judged) {
  return judged.vetoes.empty() &&
         std::none_of(judged.evidence.begin(), judged.evidence.end(),
                      [](auto const& each) { return says_who(each.field); });
}

Match match_of(Judged const& judged, CustomerId root) {
  Match match;
  match.customer = root;
  match.grade = likeness::name(judged.grade);
  match.score = judged.probability;
  match.evidence_json = likeness::to_json(judged.evidence);
  for (auto const veto : judged.vetoes) match.against.emplace_back(likeness::name(veto));
  if (judged.doubt != likeness::Doubt::none)
    match.against.emplace_back(likeness::name(judged.doubt));
  return match;
}

class Finder {
 public:
  Finder(likeness::Record const& record, std::span<Known const> known,
         likeness::Verdict const& verdict)
      : record_(record), known_(known), verdict_(verdict) {}

  /// Those who say all this already.
  std::vector<std::size_t> sayers() const {
    std::vector<std::size_t> sayers;
    for (Judged const& judged : verdict_.judged) {
      if (known_[judged.index].says(record_) && is_doubtless(record_, judged))
        sayers.push_back(judged.index);
    }
    return sayers;
  }

  /// Whom the identifiers alone lead to.
  std::optional<std::size_t> by_contacts(identity::Verdict const& exact) const {
    if (exact.decision != Decision::matched) return std::nullopt;
    for (Judged const& judged : verdict_.judged) {
      bool const meant = known_[judged.index].root == exact.owner->root;
      if (meant && speaks_of_contacts_alone(judged)) return judged.index;
    }
    return std::nullopt;
  }

  Finding matched(std::size_t place, bool says_all, std::string_view least = {}) const {
    Finding finding;
    finding.decision = Decision::matched;
    finding.customer = place;
    finding.says_all = says_all;
    finding.matches = {match(place)};
    if (!least.empty() && judged(place).grade > Grade::probable) finding.matches[0].grade = least;
    return finding;
  }

  Finding in_doubt(std::string reason, std::vector<std::size_t> const& places) const {
    Finding finding;
    finding.decision = Decision::review;
    finding.reason = std::move(reason);
    for (auto const place : places) finding.matches.push_back(match(place));
    return finding;
  }

  /// Nobody is meant; who comes near all the same is named.
  Finding nobody() const {
    Finding finding;
    for (Judged const& judged : verdict_.judged) {
      if (judged.grade != Grade::certainly_not)
        finding.matches.push_back(match_of(judged, known_[judged.index].root));
    }
    return finding;
  }

  Judged const& judged(std::size_t place) const {
    return *std::find_if(verdict_.judged.begin(), verdict_.judged.end(),
                         [place](Judged const& each) { return each.index == place; });
  }

 private:
  Match match(std::size_t place) const { return match_of(judged(place), known_[place].root); }

  likeness::Record const& record_;
  std::span<Known const> known_;
  likeness::Verdict const& verdict_;
};

std::string reason_of(Finder const& finder, std::vector<std::size_t> const& places) {
  if (!finder.judged(places.front()).vetoes.empty()) return "vetoed";
  auto const likely = std::count_if(places.begin(), places.end(), [&](std::size_t place) {
    return finder.judged(place).grade <= Grade::probable;
  });
  return likely > 1 ? "several" : "doubtful";
}

/// Whether the customer has room for one more part with what it brings.
bool has_room(Known const& customer, likeness::Record const& record) {
  auto const fresh =
      std::count_if(record.identifiers.begin(), record.identifiers.end(), [&](auto const& value) {
        return std::find(customer.held.begin(), customer.held.end(),
                         Key{value.type, value.value}) == customer.held.end();
      });
  return customer.parts.size() < parts::parts_max &&
         customer.held.size() + static_cast<std::size_t>(fresh) <= identifiers_per_customer_max;
}

Finding cut(Finding finding) {
  if (finding.matches.size() > candidates_max) finding.matches.resize(candidates_max);
  return finding;
}

/// One customer says all this already. Where it is a stale telephone that says so, it may be
/// another's by now, and is not confirmed.
Finding said_by(Finder const& finder, std::size_t place, identity::Verdict const& exact) {
  bool const stale = exact.stale && finder.by_contacts(exact) == place;
  auto finding = finder.matched(place, true, stale ? std::string_view(exact.grade) : "");
  finding.stale = stale;
  return finding;
}

/// What is stale joins nobody, but asks.
Finding recalled(Finder const& finder, std::size_t place, identity::Verdict const& exact) {
  auto finding = finder.in_doubt("doubtful", {place});
  finding.matches.front().grade = exact.grade;
  return finding;
}

}  // namespace

Finding find(likeness::Record const& record, std::span<Known const> known,
             likeness::Verdict const& verdict, identity::Verdict const& exact) {
  Finder const finder(record, known, verdict);
  auto const sayers = finder.sayers();
  if (sayers.size() == 1) return said_by(finder, sayers.front(), exact);
  if (sayers.size() > 1) {
    auto finding = finder.in_doubt("several", sayers);
    finding.customer = sayers.front();
    finding.says_all = true;
    return cut(std::move(finding));
  }
  auto winner = verdict.winner;
  std::string_view least;
  if (!winner && (winner = finder.by_contacts(exact))) least = exact.grade;
  if (!verdict.winner && winner && exact.stale) return recalled(finder, *winner, exact);
  if (winner && !has_room(known[*winner], record)) return finder.in_doubt("full", {*winner});
  if (winner) {
    auto finding = finder.matched(*winner, false, least);
    if (!verdict.winner) return finding;
    finding.also = verdict.also;
    for (Judged const& each : verdict.doubles) {
      finding.doubles.push_back(match_of(each, known[each.index].root));
    }
    return finding;
  }
  if (!verdict.review.empty())
    return cut(finder.in_doubt(reason_of(finder, verdict.review), verdict.review));
  return cut(finder.nobody());
}

Finding find_doubles(likeness::Record const& record, std::span<Known const> known,
                     likeness::Verdict const& verdict) {
  Finder const finder(record, known, verdict);
  if (!verdict.winner) {
    if (verdict.review.empty()) return {};
    return cut(finder.in_doubt(reason_of(finder, verdict.review), verdict.review));
  }
  std::vector<std::size_t> places{*verdict.winner};
  places.insert(places.end(), verdict.also.begin(), verdict.also.end());
  return cut(finder.in_doubt("keyed", places));
}

}  // namespace throughline::identity
