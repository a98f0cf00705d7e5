// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/question.hpp"

#include <array>
#include <utility>

#include "throughline/domain/changes.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::identity {
namespace {

Answer answer(Resolved resolved) {
  Answer answer;
  answer.decision = resolved.decision;
  answer.customer = resolved.root;
  answer.matches = std::move(resolved.candidates);
  if (resolved.decision == Decision::matched) {
    answer.matches.push_back({*resolved.root, resolved.grade});
  }
  return answer;
}

}  // namespace

Answer ask(postgres::Tx& tx, Actor const& actor, Question const& question) {
  Subject const subject{question.identifiers, std::nullopt};
  if (!question.create || question.dry_run) {
    Answer read = answer(resolve(tx, actor, subject));
    if (question.create && read.decision == Decision::none) read.decision = Decision::created;
    return read;
  }
  Facts facts;
  Resolution resolution =
      resolve_or_create(tx, actor, std::array{subject}, Unknown::create, {}, facts);
  Resolved& resolved = resolution.subjects.front();
  if (resolved.created) {
    customers::Patch patch;
    patch.profile = question.profile;
    customers::apply(tx, actor, resolution.locked, *resolved.part, patch);
  }
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, actor, resolution.locked, facts.changes);
  return answer(std::move(resolved));
}

std::vector<std::vector<Evidence>> evidence(postgres::Tx& tx, Question const& question,
                                            std::vector<Candidate> const& matches) {
  auto const holders = store::holders(tx, question.identifiers);
  std::vector<std::vector<Evidence>> lists;
  for (Candidate const& match : matches) {
    auto const root = parts::root_of(tx, match.customer);
    auto& list = lists.emplace_back();
    for (Identifier const& identifier : question.identifiers) {
      auto const found = holders.find(store::key_of(identifier));
      if (found == holders.end()) continue;
      for (store::Holder const& holder : found->second) {
        if (holder.root == root) list.push_back({&identifier, holder});
      }
    }
  }
  return lists;
}

}  // namespace throughline::identity
