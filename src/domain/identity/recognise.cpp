// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/recognise.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "domain/identity/holdings.hpp"
#include "domain/identity/placeholders.hpp"
#include "domain/identity/raised.hpp"
#include "domain/identity/sharing.hpp"
#include "domain/identity/taking.hpp"
#include "domain/identity/wire.hpp"
#include "throughline/domain/matches.hpp"
#include "throughline/domain/merges.hpp"

namespace throughline::identity {
namespace {

using likeness::Grade;

/// Everything that one look at a record found.
struct Sight {
  likeness::Record record;
  std::vector<Known> known;
  likeness::Verdict verdict;
  Finding finding;
  std::size_t skipped_keys = 0;
};

std::vector<Identifier> telling(std::span<Identifier const> identifiers) {
  auto result = distinct(identifiers);
  std::erase_if(result, [](Identifier const& identifier) {
    return is_placeholder(identifier.type, identifier.value);
  });
  return result;
}

void add_owners(std::span<Presented const> presented, std::set<CustomerId>& roots) {
  for (Presented const& item : presented) {
    if (item.blocked) continue;
    for (Owner const& owner : item.owners) roots.insert(owner.root);
  }
}

/// Compares with these customers and decides.
void decide_among(postgres::Tx& tx, Settings const& settings, store::Basis const& basis,
                  Timestamp now, std::string_view profile, std::set<CustomerId> const& roots,
                  std::span<Presented const> presented, Sight& sight) {
  std::vector<CustomerId> const asked(roots.begin(), roots.end());
  sight.record = record_of(settings, profile, presented);
  sight.known = read_known(tx, settings, now, asked);
  auto const vetoed = contradicted(settings, presented, [&](CustomerId root) {
    auto const customer = std::find_if(sight.known.begin(), sight.known.end(),
                                       [root](Known const& each) { return each.root == root; });
    return customer == sight.known.end() ? std::vector<Key>{} : customer->held;
  });
  sight.verdict = judge(sight.record, sight.known, vetoed, settings, basis);
  sight.finding = find(sight.record, sight.known, sight.verdict, decide(presented, vetoed));
}

/// Without a lock: one round trip for who could be meant, one for what they say.
/// `except`: a part that is the record's own.
Sight look(postgres::Tx& tx, Actor const& actor, Question const& question, store::Basis& basis,
           std::optional<CustomerId> except = std::nullopt) {
  auto const identifiers = telling(question.identifiers);
  AskedSettings const said(tx);
  auto const asked_basis = store::ask_basis(tx);
  auto const asked_hits = store::ask_hits(tx, keys_of(question.profile, identifiers));
  auto const holders = store::read_holders(store::ask_holders(tx, identifiers, store::Reach::few));
  auto const settings = said.read();
  basis = store::read_basis(asked_basis);
  auto const hits = store::read_hits(asked_hits);
  auto const presented = present_all(settings, identifiers, holders, actor.now);
  std::set<CustomerId> roots(hits.roots.begin(), hits.roots.end());
  add_owners(presented, roots);
  if (except) roots.erase(*except);
  Sight sight;
  sight.skipped_keys = hits.skipped;
  decide_among(tx, settings, basis, actor.now, question.profile, roots, presented, sight);
  return sight;
}

/// Those whom it is worth to lock and to look at again, by their parts: a merge will link one.
std::vector<CustomerId> plausible(Sight const& sight) {
  std::vector<CustomerId> parts;
  for (auto const& judged : sight.verdict.judged) {
    auto const& customer = sight.known[judged.index];
    if (judged.grade != Grade::certainly_not || customer.says(sight.record))
      parts.insert(parts.end(), customer.parts.begin(), customer.parts.end());
  }
  return parts;
}

Answer answer_of(Sight const& sight) {
  Answer answer;
  answer.decision = sight.finding.decision;
  answer.matches = sight.finding.matches;
  answer.skipped_keys = sight.skipped_keys;
  if (sight.finding.customer) answer.customer = sight.known[*sight.finding.customer].root;
  return answer;
}

/// The writing side of one record.
class Keeping {
 public:
  Keeping(postgres::Tx& tx, Actor const& actor, Question const& question)
      : tx_(tx),
        actor_(actor),
        question_(question),
        identifiers_(telling(question.identifiers)),
        holdings_(tx, actor, facts_) {}

  Answer run() {
    store::lock_keys(tx_, keys_of(question_.profile, {}));
    Sight const first = look(tx_, actor_, question_, basis_);
    holdings_.lock(identifiers_, plausible(first));
    look_again(first);
    Answer answer = answer_of(sight_);
    if (sight_.finding.says_all) {
      Resolved known;
      known.part = known.root = answer.customer;
      known.stale = sight_.finding.stale;
      take(holdings_, identifiers_, known);
      holdings_.write();
      if (answer.decision == Decision::matched && !known.stale) keep_what_is_free(*known.root);
    } else {
      keep(answer);
    }
    timeline::append(tx_, actor_, facts_.timeline);
    changes::record(tx_, actor_, holdings_.locked(), facts_.changes);
    return answer;
  }

 private:
  /// Under the locks: those who were plausible, and whoever holds an identifier by now.
  void look_again(Sight const& first) {
    std::set<CustomerId> roots;
    for (CustomerId const part : plausible(first)) {
      if (holdings_.locked().has(part)) roots.insert(holdings_.locked().root(part).id);
    }
    auto const presented = holdings_.present_all(identifiers_);
    add_owners(presented, roots);
    std::erase_if(roots, [this](CustomerId root) { return !holdings_.locked().has(root); });
    sight_.skipped_keys = first.skipped_keys;
    decide_among(tx_, holdings_.settings(), basis_, actor_.now, question_.profile, roots, presented,
                 sight_);
    refuse_what_is_full();
  }

  /// What is not compared is said all the same: it is kept where the rest stands already.
  void keep_what_is_free(CustomerId root) {
    customers::Patch patch;
    patch.profile = free_members(question_.profile);
    if (patch.profile.empty()) return;
    auto fields = customers::apply(tx_, actor_, holdings_.locked(), root, patch);
    if (fields.empty()) return;
    facts_.changes.push_back(
        {changes::Type::customer_updated, root, root.value, std::move(fields), std::nullopt});
  }

  /// A class may be full although the customer is not.
  void refuse_what_is_full() {
    auto& finding = sight_.finding;
    if (finding.decision != Decision::matched || finding.says_all) return;
    auto const root = sight_.known[*finding.customer].root;
    auto const& held = holdings_.held(root);
    bool const fits =
        std::all_of(identifiers_.begin(), identifiers_.end(), [&](Identifier const& identifier) {
          return std::find(held.begin(), held.end(), key_of(identifier)) != held.end() ||
                 holdings_.settings().is_blocked(identifier.type, identifier.value) ||
                 holdings_.room(identifier, root) == Room::yes;
        });
    if (fits) return;
    finding.decision = Decision::review;
    finding.customer.reset();
    finding.reason = "full";
  }

  void keep(Answer& answer) {
    auto const& finding = sight_.finding;
    bool const matched = finding.decision == Decision::matched;
    CustomerId const part =
        matched ? holdings_.create_part() : holdings_.create(finding.decision == Decision::review);
    Resolved own;
    own.part = own.root = part;
    take(holdings_, identifiers_, own, matched ? answer.customer : std::nullopt);
    if (!question_.profile.empty()) {
      customers::Patch patch;
      patch.profile = question_.profile;
      customers::apply(tx_, actor_, holdings_.locked(), part, patch);
      append_keys(tx_, part, question_.profile, {});
    }
    if (!matched) share_by_names(tx_, holdings_, part);
    holdings_.write();
    if (matched) {
      join(part, answer);
    } else {
      answer.customer = part;
      if (finding.decision == Decision::none) answer.decision = Decision::created;
      if (finding.decision == Decision::review) raise(part, answer);
    }
  }

  void join(CustomerId part, Answer& answer) {
    auto const& customer = sight_.known[*sight_.finding.customer];
    auto const& match = answer.matches.front();
    merges::Link link;
    link.one = part;
    link.other = customer.best_part(sight_.record, basis_.weights);
    if (!holdings_.locked().has(link.other)) throw postgres::Retry{};  // a part that is new
    link.rule = "resolve";
    link.evidence_json = match.evidence_json;
    link.score = match.score;
    link.weights_version = basis_.weights.version;
    answer.merge = merges::merge(tx_, actor_, holdings_.locked(), link, facts_)->id;
    joined_parts_ = customer.parts.size() + 1;
    joined_identifiers_ = customer.held.size() + identifiers_.size();
    for (auto const place : sight_.finding.also) join_also(customer, sight_.known[place]);
    ask_about_doubles(link.other);
    answer.customer = holdings_.locked().root(part).id;
    answer.matches.front().customer = *answer.customer;
  }

  /// Whom the customer, with all that it says now, could be as well: rules do not join two by what
  /// a third has told, and nobody would look again.
  void ask_about_doubles(CustomerId part) {
    Finding question;
    question.reason = "several";
    question.matches = sight_.finding.doubles;
    if (question.matches.empty()) return;
    matches::raise(tx_, actor_, holdings_.locked(), question_of(part, question, basis_), facts_);
  }

  /// Two whom this record shows to be one; if rules must not join them, people are asked.
  void join_also(Known const& customer, Known const& other) {
    auto const bond = identity::bond(customer, other, basis_.weights);
    std::array const one{holdings_.locked().root(customer.root).id};
    std::array const two{holdings_.locked().root(other.root).id};
    if (merges::parted(tx_, one, two)) return;
    auto const evidence = likeness::to_json(bond.score.evidence);
    if (fit_together(customer, other)) {
      merges::Link link;
      link.one = bond.one;
      link.other = bond.other;
      link.rule = "resolve";
      link.evidence_json = evidence;
      link.weights_version = basis_.weights.version;
      merges::merge(tx_, actor_, holdings_.locked(), link, facts_);
      joined_parts_ += other.parts.size();
      joined_identifiers_ += other.held.size();
    } else {
      matches::Raised raised{bond.one, "full", {}, basis_.weights.version};
      raised.candidates.push_back({bond.other, "certain", 1, evidence, {}});
      matches::raise(tx_, actor_, holdings_.locked(), raised, facts_);
    }
  }

  /// Within the caps, with all that was joined before.
  bool fit_together(Known const& one, Known const& other) const {
    return !exclude_each_other(holdings_.settings(), one, other) &&
           joined_parts_ + other.parts.size() <= parts::parts_max &&
           joined_identifiers_ + other.held.size() <= identifiers_per_customer_max;
  }

  void raise(CustomerId part, Answer& answer) {
    answer.review = matches::raise(tx_, actor_, holdings_.locked(),
                                   question_of(part, sight_.finding, basis_), facts_);
  }

  postgres::Tx& tx_;
  Actor const& actor_;
  Question const& question_;
  std::vector<Identifier> const identifiers_;
  Facts facts_;
  Holdings holdings_;
  store::Basis basis_;
  Sight sight_;
  std::size_t joined_parts_ = 0;  // of the customer that the record has joined
  std::size_t joined_identifiers_ = 0;
};

}  // namespace

Answer recognise(postgres::Tx& tx, Actor const& actor, Question const& question) {
  store::Basis basis;
  return answer_of(look(tx, actor, question, basis));
}

Answer recognise_and_keep(postgres::Tx& tx, Actor const& actor, Question const& question) {
  return Keeping(tx, actor, question).run();
}

void review_likely(postgres::Tx& tx, Actor const& actor, Question const& question,
                   parts::Locked& locked, CustomerId part, Answer& answer, Facts& facts) {
  store::Basis basis;
  Sight const sight = look(tx, actor, question, basis, part);
  answer.skipped_keys = sight.skipped_keys;
  if (answer.matches.empty()) answer.matches = sight.finding.matches;
  if (sight.finding.decision != Decision::review) return;
  answer.decision = Decision::review;
  answer.review = matches::raise(tx, actor, locked, question_of(part, sight.finding, basis), facts);
}

}  // namespace throughline::identity
