// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "domain/likeness/contacts.hpp"
#include "domain/likeness/dates.hpp"
#include "domain/likeness/names.hpp"
#include "domain/likeness/weights.hpp"

namespace throughline::likeness {
namespace {

bool is_agreement(std::size_t name_level) {
  return name_level != name_absent && name_level != name_different;
}

/// What an entity's members say together about the incoming record.
struct Fit {
  Pattern best{};  // of the member that fits best
  double bits = 0;
  bool given_agrees = false;  // with some member
  bool given_differs = false;
  bool family_agrees = false;
  bool family_differs = false;
  // Anchors, with any member: what tells a person from a relative at the same address.
  bool born = false;
  bool account = false;
  bool contact = false;  // email, phone, social
};

class Judge {
 public:
  Judge(Record const& incoming, Weights const& weights, Thresholds const& thresholds,
        double population)
      : incoming_(incoming),
        weights_(weights),
        thresholds_(thresholds),
        prior_bits_(std::log2(std::max({population, thresholds.population_min, 2.0}))),
        scale_bits_(prior_bits_ - std::log2(reference_population)) {}

  Judged judge(std::size_t index, Entity const& entity) const {
    Judged judged;
    judged.index = index;
    judged.vetoes = entity.vetoes;
    for (Veto const veto : vetoes({&incoming_, 1}, entity.records)) judged.vetoes.push_back(veto);
    Fit const fit = fit_to(entity.records);
    judged.bits = fit.bits;
    judged.evidence = evidence(fit.best);
    judged.probability = 1 / (1 + std::exp2(prior_bits_ - fit.bits));
    judged.doubt = doubt(fit);
    judged.grade = grade(judged, fit);
    return judged;
  }

 private:
  double bits(Field field, std::size_t level) const {
    return weights_.bits(field, level) + (names_one_person(field, level) ? scale_bits_ : 0);
  }

  double bits(Pattern const& pattern) const {
    double sum = 0;
    for (std::size_t i = 0; i < field_count; ++i) sum += bits(static_cast<Field>(i), pattern[i]);
    return sum;
  }

  std::vector<Evidence> evidence(Pattern const& pattern) const {
    std::vector<Evidence> found;
    for (std::size_t i = 0; i < field_count; ++i) {
      auto const field = static_cast<Field>(i);
      if (pattern[i] != 0) found.push_back({field, pattern[i], bits(field, pattern[i])});
    }
    return found;
  }

  static void note(Pattern const& pattern, Fit& fit) {
    auto const given = level_of(pattern, Field::given_name);
    auto const family = level_of(pattern, Field::family_name);
    fit.given_agrees |= is_agreement(given);
    fit.given_differs |= given == name_different;
    fit.family_agrees |= is_agreement(family);
    fit.family_differs |= family == name_different;
    auto const born = level_of(pattern, Field::date_of_birth);
    fit.born |= born >= date_exact && born <= date_digit;
    auto const is_anchor = [&](Field field) {
      return names_one_person(field, level_of(pattern, field));
    };
    fit.account |= is_anchor(Field::account);
    fit.contact |= is_anchor(Field::email) || is_anchor(Field::phone) || is_anchor(Field::social);
  }

  Fit fit_to(std::span<Record const> records) const {
    Fit fit;
    bool first = true;
    for (auto const& record : records) {
      Pattern const levels = pattern(incoming_, record);
      note(levels, fit);
      double const sum = bits(levels);
      if (!first && sum <= fit.bits) continue;
      first = false;
      fit.best = levels;
      fit.bits = sum;
    }
    return fit;
  }

  static Doubt doubt(Fit const& fit) {
    bool const given_contradicts = fit.given_differs && !fit.given_agrees;
    if (given_contradicts && !(fit.account && fit.born)) return Doubt::given_name;
    if (!fit.born && !fit.account && !fit.contact) return Doubt::unanchored;
    if (fit.born || fit.account) return Doubt::none;
    bool const family_contradicts = fit.family_differs && !fit.family_agrees;
    return fit.given_agrees && !family_contradicts ? Doubt::none : Doubt::contact;
  }

  Grade grade(Judged const& judged, Fit const& fit) const {
    bool const account =
        level_of(fit.best, Field::account) == account_exact;
    if (!judged.vetoes.empty()) return account ? Grade::possible : Grade::certainly_not;
    if (judged.probability < thresholds_.possible) return Grade::certainly_not;
    if (judged.probability < thresholds_.probable) return Grade::possible;
    if (judged.doubt == Doubt::given_name && !fit.born && !account) return Grade::possible;
    bool const certain =
        judged.probability >= thresholds_.certain && judged.doubt == Doubt::none;
    return certain ? Grade::certain : Grade::probable;
  }

  Record const& incoming_;
  Weights const& weights_;
  Thresholds const& thresholds_;
  double prior_bits_;
  double scale_bits_;
};

bool is_candidate(Judged const& judged) {
  return judged.grade != Grade::certainly_not;
}

/// The first, if nobody else comes near.
std::optional<std::size_t> clear_winner(std::vector<Judged> const& judged, double margin_bits) {
  if (judged.empty() || judged.front().grade != Grade::certain) return std::nullopt;
  for (std::size_t i = 1; i < judged.size(); ++i) {
    auto const& next = judged[i];
    if (!is_candidate(next)) continue;
    bool const near = judged.front().bits - next.bits < margin_bits;
    if (next.grade == Grade::certain || near) return std::nullopt;
  }
  return judged.front().index;
}

bool needs_review(Judged const& judged) {
  bool const vetoed_account = is_candidate(judged) && !judged.vetoes.empty();
  return judged.grade <= Grade::probable || vetoed_account;
}

}  // namespace

std::string_view name(Grade grade) {
  switch (grade) {
    case Grade::certain: return "certain";
    case Grade::probable: return "probable";
    case Grade::possible: return "possible";
    case Grade::certainly_not: return "certainly_not";
  }
  return {};
}

std::string_view name(Doubt doubt) {
  switch (doubt) {
    case Doubt::none: return "none";
    case Doubt::given_name: return "given_name";
    case Doubt::unanchored: return "unanchored";
    case Doubt::contact: return "contact";
  }
  return {};
}

Verdict judge(Record const& incoming, std::span<Entity const> entities, Weights const& weights,
              Thresholds const& thresholds, double population) {
  Judge const judge(incoming, weights, thresholds, population);
  Verdict verdict;
  for (std::size_t i = 0; i < entities.size(); ++i) {
    verdict.judged.push_back(judge.judge(i, entities[i]));
  }
  auto& judged = verdict.judged;
  std::sort(judged.begin(), judged.end(), [](Judged const& one, Judged const& other) {
    return std::tuple(one.grade, -one.bits, one.index) <
           std::tuple(other.grade, -other.bits, other.index);
  });
  verdict.winner = clear_winner(judged, thresholds.margin_bits);
  if (verdict.winner || std::none_of(judged.begin(), judged.end(), needs_review)) return verdict;
  for (auto const& each : judged) {
    if (is_candidate(each)) verdict.review.push_back(each.index);
  }
  return verdict;
}

}  // namespace throughline::likeness
