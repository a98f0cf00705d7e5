// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/question.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/identity/recognise.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/likeness.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::identity {
namespace {

/// What identifiers alone are worth: the rules give them a grade and no probability.
double score_of(std::string_view grade) {
  if (grade == "certain") return 1.0;
  return grade == "probable" ? 0.8 : 0.5;
}

std::optional<likeness::Field> field_of(std::string_view type) {
  for (std::size_t i = 0; i < likeness::field_count; ++i) {
    auto const field = static_cast<likeness::Field>(i);
    if (likeness::name(field) == type) return field;
  }
  return std::nullopt;
}

std::string evidence_of(std::vector<Leading> const& leading) {
  std::vector<likeness::Evidence> evidence;
  for (Leading const& item : leading) {
    if (auto const field = field_of(item.identifier->type))
      evidence.push_back({*field, 1, likeness::default_weights().bits(*field, 1)});
  }
  return likeness::to_json(evidence);
}

Answer answer_of(postgres::Tx& tx, Question const& question, Resolved const& resolved) {
  Answer answer;
  answer.decision = resolved.decision;
  answer.customer = resolved.root;
  auto candidates = resolved.candidates;
  if (resolved.decision == Decision::matched)
    candidates.push_back({*resolved.root, resolved.grade});
  for (Candidate const& each : candidates) {
    answer.matches.push_back({each.customer, each.grade, score_of(each.grade), "[]", {}});
  }
  auto const lists = leading(tx, question, answer.matches);
  for (std::size_t i = 0; i < lists.size(); ++i) {
    answer.matches[i].evidence_json = evidence_of(lists[i]);
  }
  return answer;
}

Answer keep(postgres::Tx& tx, Actor const& actor, Question const& question) {
  Subject const subject{question.identifiers, std::nullopt};
  Facts facts;
  Resolution resolution =
      resolve_or_create(tx, actor, std::array{subject}, Unknown::create, {}, facts);
  Resolved const& resolved = resolution.subjects.front();
  Answer answer = answer_of(tx, question, resolved);
  if (resolved.created)
    review_likely(tx, actor, question, resolution.locked, *resolved.part, answer, facts);
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, actor, resolution.locked, facts.changes);
  return answer;
}

/// Those known by their identifiers are told from these alone.
Answer by_identifiers(postgres::Tx& tx, Actor const& actor, Question const& question) {
  auto const resolved = resolve(tx, actor, {question.identifiers, std::nullopt});
  return resolved.decision == Decision::none ? recognise(tx, actor, question)
                                             : answer_of(tx, question, resolved);
}

}  // namespace

Answer ask(postgres::Tx& tx, Actor const& actor, Question const& question) {
  bool const by_record = !question.profile.empty();
  if (question.create && !question.dry_run) {
    return by_record ? recognise_and_keep(tx, actor, question) : keep(tx, actor, question);
  }
  Answer answer = by_record ? recognise(tx, actor, question) : by_identifiers(tx, actor, question);
  if (question.create && answer.decision == Decision::none) answer.decision = Decision::created;
  return answer;
}

std::vector<std::vector<Leading>> leading(postgres::Tx& tx, Question const& question,
                                          std::vector<Match> const& matches) {
  std::vector<std::vector<Leading>> lists(matches.size());
  if (matches.empty() || question.identifiers.empty()) return lists;
  auto const holders = store::holders(tx, question.identifiers);
  for (std::size_t i = 0; i < matches.size(); ++i) {
    auto const root = parts::root_of(tx, matches[i].customer);
    for (Identifier const& identifier : question.identifiers) {
      auto const found = holders.find(store::key_of(identifier));
      if (found == holders.end()) continue;
      for (store::Holder const& holder : found->second) {
        if (holder.root == root) lists[i].push_back({&identifier, holder});
      }
    }
  }
  return lists;
}

}  // namespace throughline::identity
