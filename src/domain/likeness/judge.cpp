// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>
#include <utility>

#include "domain/likeness/contacts.hpp"
#include "domain/likeness/dates.hpp"
#include "domain/likeness/fit.hpp"
#include "domain/likeness/weights.hpp"

namespace throughline::likeness {
namespace {

constexpr std::size_t often_seen = 3;  // records of each of two customers

bool is_candidate(Judged const& judged) {
  return judged.grade != Grade::certainly_not;
}

Grade grade_of(Judged const& judged, Fit const& fit, Thresholds const& thresholds) {
  bool const account = level_of(fit.best, Field::account) == account_exact ||
                       level_of(fit.best, Field::personal_number) == personal_exact;
  if (!judged.vetoes.empty()) return account ? Grade::possible : Grade::certainly_not;
  if (judged.probability < thresholds.possible) return Grade::certainly_not;
  if (judged.probability < thresholds.probable) return Grade::possible;
  auto const born = level_of(fit.best, Field::date_of_birth);
  bool const dated = born >= date_exact && born <= date_digit;
  // A relative: likely enough by what families share, and no case for a person to look at. Names a
  // letter apart (Jane, Janet) are one: as well a slip.
  bool const relative = judged.doubt == Doubt::given_name && !fit.letter_apart;
  if (relative && !dated && !account) return Grade::possible;
  bool const certain = judged.probability >= thresholds.certain && judged.doubt == Doubt::none;
  return certain ? Grade::certain : Grade::probable;
}

class Judge {
 public:
  Judge(Record const& incoming, std::span<Entity const> entities, Scale const& scale,
        Thresholds const& thresholds)
      : incoming_(incoming), entities_(entities), scale_(scale), thresholds_(thresholds) {}

  Verdict verdict() const {
    Verdict verdict;
    auto& judged = verdict.judged;
    for (std::size_t i = 0; i < entities_.size(); ++i) judged.push_back(judge(i));
    std::sort(judged.begin(), judged.end(), [](Judged const& one, Judged const& other) {
      return std::tuple(one.grade, -one.bits, one.index) <
             std::tuple(other.grade, -other.bits, other.index);
    });
    if (!find_winner(verdict)) find_review(verdict);
    return verdict;
  }

 private:
  Judged judge(std::size_t index) const {
    Entity const& entity = entities_[index];
    std::span<Record const> const incoming(&incoming_, 1);
    Fit const fit = scale_.fit(incoming, entity.records);
    Judged judged;
    judged.index = index;
    judged.bits = fit.bits;
    judged.probability = scale_.probability(fit.bits);
    judged.evidence = scale_.evidence(fit.best);
    judged.doubt = fit.doubt;
    judged.vetoes = vetoes(incoming, entity.records);
    judged.vetoes.insert(judged.vetoes.begin(), entity.vetoes.begin(), entity.vetoes.end());
    judged.grade = grade_of(judged, fit, thresholds_);
    return judged;
  }

  /// The first, if nobody else comes near but fragments of the same customer, which do not contend
  /// with it. Two equals always do: why they are two is not for us to guess.
  bool find_winner(Verdict& verdict) const {
    auto const& judged = verdict.judged;
    if (judged.empty() || judged.front().grade != Grade::certain) return false;
    auto const& first = judged.front();
    std::vector<std::size_t> also;
    for (std::size_t i = 1; i < judged.size(); ++i) {
      auto const& next = judged[i];
      double const ahead = first.bits - next.bits;
      bool const certain = next.grade == Grade::certain;
      bool const contends = certain || ahead < thresholds_.margin_bits;
      if (!is_candidate(next) || !contends) continue;
      if (ahead < thresholds_.equal_bits || !are_fragments(first.index, next.index)) return false;
      if (certain) also.push_back(next.index);
    }
    verdict.winner = first.index;
    verdict.also = std::move(also);
    find_doubles(verdict);
    return true;
  }

  void find_doubles(Verdict& verdict) const {
    std::vector<Record> grown{incoming_};
    std::vector<std::size_t> joined{*verdict.winner};
    joined.insert(joined.end(), verdict.also.begin(), verdict.also.end());
    for (auto const index : joined) {
      auto const& records = entities_[index].records;
      grown.insert(grown.end(), records.begin(), records.end());
    }
    for (Judged const& other : verdict.judged) {
      bool const apart = std::find(joined.begin(), joined.end(), other.index) == joined.end();
      if (apart && is_candidate(other)) note_double(grown, other.index, verdict.doubles);
    }
  }

  void note_double(std::span<Record const> grown, std::size_t index,
                   std::vector<Judged>& doubles) const {
    auto const& entity = entities_[index];
    if (!entity.vetoes.empty() || !vetoes(grown, entity.records).empty()) return;
    Fit const fit = scale_.fit(grown, entity.records);
    double const probability = scale_.probability(fit.bits);
    if (fit.doubt != Doubt::none || probability < thresholds_.probable) return;
    Judged found;
    found.index = index;
    found.grade = Grade::probable;
    found.probability = probability;
    found.bits = fit.bits;
    found.evidence = scale_.evidence(fit.best);
    doubles.push_back(std::move(found));
  }

  bool are_fragments(std::size_t one, std::size_t other) const {
    auto const& first = entities_[one].records;
    auto const& second = entities_[other].records;
    if (!vetoes(first, second).empty()) return false;
    Fit const fit = scale_.fit(first, second);
    if (level_of(fit.best, Field::personal_number) == personal_exact) return true;
    // Two that have both been seen often had many occasions to show it.
    bool const often = std::min(first.size(), second.size()) >= often_seen;
    double const needed = often ? thresholds_.certain : thresholds_.possible;
    return fit.doubt == Doubt::none && scale_.probability(fit.bits) >= needed;
  }

  static void find_review(Verdict& verdict) {
    auto const& judged = verdict.judged;
    if (std::none_of(judged.begin(), judged.end(), needs_review)) return;
    for (auto const& each : judged) {
      if (is_candidate(each)) verdict.review.push_back(each.index);
    }
  }

  static bool needs_review(Judged const& judged) {
    bool const vetoed_account = is_candidate(judged) && !judged.vetoes.empty();
    return judged.grade <= Grade::probable || vetoed_account;
  }

  Record const& incoming_;
  std::span<Entity const> entities_;
  Scale const& scale_;
  Thresholds const& thresholds_;
};

}  // namespace

std::string_view name(Grade grade) {
  switch (grade) {
    case Grade::certain:
      return "certain";
    case Grade::probable:
      return "probable";
    case Grade::possible:
      return "possible";
    case Grade::certainly_not:
      return "certainly_not";
  }
  return {};
}

std::string_view name(Doubt doubt) {
  switch (doubt) {
    case Doubt::none:
      return "none";
    case Doubt::given_name:
      return "given_name";
    case Doubt::unanchored:
      return "unanchored";
    case Doubt::contact:
      return "contact";
  }
  return {};
}

Verdict judge(Record const& incoming, std::span<Entity const> entities, Weights const& weights,
              Thresholds const& thresholds, double population) {
  Scale const scale(weights, thresholds, population);
  return Judge(incoming, entities, scale, thresholds).verdict();
}

}  // namespace throughline::likeness
