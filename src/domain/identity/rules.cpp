// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/rules.hpp"

#include <algorithm>
#include <utility>

namespace throughline::identity {
namespace {

constexpr std::string_view certain = "certain";
constexpr std::string_view probable = "probable";
constexpr std::string_view possible = "possible";
constexpr std::size_t phone_digits_min = 7;  // of a text that is to pass for a phone number

bool is_strong(Identifier const& identifier) {
  return identifier.type == "email" || identifier.type == "account";
}

bool looks_like_number(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  return digits.size() >= phone_digits_min &&
         digits.find_first_not_of(digits.front()) != std::string::npos;
}

/// The identifiers that lead to one root alone.
struct Group {
  CustomerId root;
  std::vector<Presented const*> members;

  /// Stale ones count for nothing beside others.
  bool decides() const {
    return std::any_of(members.begin(), members.end(),
                       [](Presented const* member) { return !member->owners.front().stale; });
  }
  std::string_view grade() const {
    auto const exact = std::count_if(members.begin(), members.end(), [](Presented const* member) {
      return member->identifier->exact && !member->owners.front().stale;
    });
    bool const proven = std::any_of(members.begin(), members.end(), [](Presented const* member) {
      return is_strong(*member->identifier) && rank(member->identifier->assurance) > 0 &&
             !member->owners.front().stale;
    });
    if (proven || exact > 1) return certain;
    return exact == 1 ? probable : possible;
  }
  /// Best assurance first, then the order given.
  Presented const& best() const {
    return **std::max_element(
        members.begin(), members.end(), [](Presented const* one, Presented const* other) {
          return rank(one->identifier->assurance) < rank(other->identifier->assurance);
        });
  }
};

std::vector<Group> groups(std::span<Presented const> presented, bool exact) {
  std::vector<Group> groups;
  for (Presented const& item : presented) {
    if (item.owners.size() != 1 || item.identifier->exact != exact) continue;
    if (item.shared || item.blocked || !is_usable(*item.identifier)) continue;
    CustomerId const root = item.owners.front().root;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [root](Group const& known) { return known.root == root; });
    if (group == groups.end()) group = groups.insert(groups.end(), Group{root, {}});
    group->members.push_back(&item);
  }
  return groups;
}

/// Contradicted evidence is never certain.
std::vector<Candidate> contradicting(std::vector<Group> const& groups) {
  std::vector<Candidate> candidates;
  for (Group const& group : groups) {
    bool const weak = group.grade() == possible;
    candidates.push_back({group.root, std::string(weak ? possible : probable)});
  }
  return candidates;
}

/// Those whom most of the identifiers lead to come first, then the oldest.
std::vector<Candidate> sharing(std::span<Presented const> presented) {
  std::map<CustomerId, int> counts;
  for (Presented const& item : presented) {
    if (item.blocked) continue;
    for (Owner const& owner : item.owners) ++counts[owner.root];
  }
  std::vector<std::pair<int, CustomerId>> order;
  for (auto const& [root, count] : counts) order.emplace_back(-count, root);
  std::sort(order.begin(), order.end());
  std::vector<Candidate> candidates;
  for (auto const& [count, root] : order) candidates.push_back({root, std::string(possible)});
  return candidates;
}

Verdict doubt(Decision decision, std::vector<Candidate> candidates) {
  if (candidates.size() > candidates_max) candidates.resize(candidates_max);
  Verdict verdict;
  verdict.decision = decision;
  verdict.candidates = std::move(candidates);
  return verdict;
}

Verdict match(Group const& group) {
  Presented const& best = group.best();
  Verdict verdict;
  verdict.decision = Decision::matched;
  verdict.grade = group.grade();
  verdict.assurance = best.identifier->assurance;
  verdict.owner = best.owners.front();
  verdict.stale = !group.decides();
  return verdict;
}

/// Everything that was brought and can tell anything leads to this customer.
bool all_lead_to(std::span<Presented const> presented, CustomerId root) {
  return std::all_of(presented.begin(), presented.end(), [root](Presented const& item) {
    return item.blocked || !is_usable(*item.identifier) ||
           std::any_of(item.owners.begin(), item.owners.end(),
                       [root](Owner const& owner) { return owner.root == root; });
  });
}

}  // namespace

Verdict decide(std::span<Presented const> presented, std::span<CustomerId const> vetoed) {
  std::vector<Group> known = groups(presented, true);
  if (known.empty()) known = groups(presented, false);
  bool const contradicted =
      std::erase_if(known, [vetoed](Group const& group) {
        return std::find(vetoed.begin(), vetoed.end(), group.root) != vetoed.end();
      }) > 0;
  std::vector<Group> deciding = known;
  std::erase_if(deciding, [](Group const& group) { return !group.decides(); });
  if (deciding.size() > 1) return doubt(Decision::conflict, contradicting(deciding));
  if (deciding.size() == 1) return match(deciding.front());
  if (contradicted) return doubt(Decision::conflict, sharing(presented));
  if (known.size() == 1 && all_lead_to(presented, known.front().root)) return match(known.front());
  auto candidates = sharing(presented);
  bool const anybody = !candidates.empty();
  return doubt(anybody ? Decision::review : Decision::none, std::move(candidates));
}

bool is_usable(Identifier const& identifier) {
  return identifier.exact || looks_like_number(identifier.value);
}

namespace {

/// Of the same type and, for accounts, the same system.
bool same_realm(Settings const& settings, Key const& held, Identifier const& brought) {
  return held.type == brought.type &&
         settings.realm_of(held.type, held.value) == settings.realm_of(brought.type, brought.value);
}

bool holds(std::span<Key const> held, Identifier const& identifier) {
  return std::find(held.begin(), held.end(), key_of(identifier)) != held.end();
}

}  // namespace

bool contradicts(Settings const& settings, std::span<Identifier const> brought,
                 std::span<Key const> held) {
  return std::any_of(brought.begin(), brought.end(), [&](Identifier const& one) {
    if (settings.rule_of(one.type, one.value).kind != Class::exclusive) return false;
    bool const rival = std::any_of(held.begin(), held.end(),
                                   [&](Key const& key) { return same_realm(settings, key, one); });
    bool const theirs = std::any_of(brought.begin(), brought.end(), [&](Identifier const& other) {
      return same_realm(settings, key_of(other), one) && holds(held, other);
    });
    return rival && !theirs;
  });
}

Room room_for(Settings const& settings, Identifier const& identifier, std::span<Key const> held) {
  if (held.size() >= identifiers_per_customer_max) return Room::customer_full;
  auto const alike =
      static_cast<std::size_t>(std::count_if(held.begin(), held.end(), [&](Key const& key) {
        return same_realm(settings, key, identifier);
      }));
  auto const& rule = settings.rule_of(identifier.type, identifier.value);
  if (alike < rule.max) return Room::yes;
  return rule.kind == Class::exclusive ? Room::contradicted : Room::class_full;
}

int rank(std::string_view assurance) {
  if (assurance == "authenticated") return 2;
  return assurance == "channel" ? 1 : 0;
}

std::vector<Identifier> distinct(std::span<Identifier const> identifiers) {
  std::vector<Identifier> result;
  for (Identifier const& item : identifiers) {
    auto const known = std::find_if(result.begin(), result.end(), [&item](Identifier const& old) {
      return old.type == item.type && old.value == item.value;
    });
    if (known == result.end()) {
      result.push_back(item);
    } else if (rank(item.assurance) > rank(known->assurance)) {
      known->assurance = item.assurance;
    }
  }
  return result;
}

std::string_view name(Decision decision) {
  switch (decision) {
    case Decision::matched:
      return "matched";
    case Decision::created:
      return "created";
    case Decision::review:
      return "review";
    case Decision::conflict:
      return "conflict";
    case Decision::none:
      return "none";
  }
  return "none";
}

}  // namespace throughline::identity
