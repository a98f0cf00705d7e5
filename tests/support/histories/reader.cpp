// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/histories/reader.hpp"

#include <algorithm>

#include "support/histories/checks.hpp"

namespace throughline::histories {

namespace {

constexpr std::string_view version_sql = R"sql(
select root.version from parts part
join parts root on root.tenant_id = part.tenant_id and root.id = part.root_id
where part.tenant_id = $1 and part.id = $2
)sql";

std::string identifier_query(std::string const& value) {
  bool const email = value.find('@') != std::string::npos;
  return (email ? "email=" : "phone=") + value;
}

std::set<std::string> roots_of(Loose const& loose) {
  std::set<std::string> roots;
  for (auto const* owner : loose.owners) roots.insert(owner->root);
  return roots;
}

}  // namespace

std::string encoded(std::string const& text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string result;
  for (char const c : text) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    if (plain) {
      result += c;
    } else {
      auto const byte = static_cast<unsigned char>(c);
      result += {'%', digits[byte / 16], digits[byte % 16]};
    }
  }
  return result;
}

Reader::Reader(Model& model, support::Api& api, support::Api::Tenant const& tenant, Dice& dice,
               std::string name)
    : model_(model), api_(api), tenant_(tenant.id), dice_(dice), name_(std::move(name)) {
  for (std::size_t i = 0; i < api.size(); ++i) {
    clients_.push_back(api.client(tenant.key, i));
    clients_.back().recorded = false;  // thousands, and none of a new kind
  }
}

Person Reader::copy(Person const& person) {
  std::lock_guard const lock(model_.mutex);
  return person;
}

void Reader::fail(Person& person, std::string const& what) {
  std::lock_guard const lock(model_.mutex);
  throw Broken(name_ + ": " + what + "\nthe last requests about this customer:\n" +
               story_of(person));
}

void Reader::look_at(Person& person) {
  if (!copy(person).known()) return;
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    read_context(person, i);
    read_something(person, i);
  }
}

void Reader::read(Person& person, std::size_t instance, std::string const& target,
                  Check const& check) {
  auto const before = copy(person);
  auto const answer = clients_[instance].get(target);
  auto const after = copy(person);
  auto const line = name_ + " on instance " + std::to_string(instance) + ": GET " + target;
  if (answer.status != 200) {
    fail(person, line + " answered " + std::to_string(answer.status) + " " + answer.body);
  }
  auto const fault = check(before, after, answer.json());
  if (!fault.empty()) fail(person, line + "\n  " + fault + "\n  " + answer.body);
  std::lock_guard const lock(model_.mutex);
  ++model_.checks;
}

/// A query by which the person is certain to be found.
std::string Reader::way_to(Person const& person) {
  std::vector<std::string> ways{"customer_id=" + dice_.pick(person.ids)};
  for (auto const& value : person.known_by) ways.push_back(identifier_query(value));
  if (!person.cases.empty()) ways.push_back("case_id=" + dice_.pick(person.cases).first);
  return dice_.pick(ways);
}

void Reader::read_context(Person& person, std::size_t instance) {
  auto const known = copy(person);
  auto committed = committed_version(known.root);
  // What is committed and not yet acknowledged may be shown or not.
  if (!settled(known.writes, copy(person).writes)) committed = 0;
  read(person, instance, "/v1/context?" + way_to(known),
       [&](Person const& before, Person const& after, json const& document) -> std::string {
         auto const version = document.at("version").get<std::int64_t>();
         if (version < committed) {
           return "version " + std::to_string(version) + ", committed before was " +
                  std::to_string(committed);
         }
         return fault_in_context(before, after, document);
       });
}

void Reader::read_something(Person& person, std::size_t instance) {
  auto const known = copy(person);
  auto const id = dice_.pick(known.ids);
  bool const has_case = !known.cases.empty();
  bool const has_interaction = !known.interactions.empty();
  auto const case_id = has_case ? dice_.pick(known.cases).first : std::string();
  auto const contact = has_interaction ? dice_.pick(known.interactions).first : std::string();
  switch (dice_.below(8)) {
    case 0:
      return read(person, instance, "/v1/customers/" + id, fault_in_customer);
    case 1:
      return read(
          person, instance, "/v1/cases?limit=200&customer_id=" + id,
          [](auto& before, auto&, json const& page) { return fault_in_cases(before, page); });
    case 2:
      return read(person, instance, "/v1/interactions?limit=200&status=live", fault_in_live);
    case 3:
      if (!has_case) return;
      return read(person, instance, "/v1/cases/" + case_id,
                  [&](auto& before, auto& after, json const& document) {
                    return fault_in_case(before, after, case_id, document);
                  });
    case 4:
      if (!has_case) return;
      return read(person, instance, "/v1/cases/" + case_id + "/notes?limit=200",
                  [&](auto& before, auto&, json const& page) {
                    return fault_in_notes(before.cases.at(case_id), page);
                  });
    case 5:
      if (!has_interaction) return;
      return read(person, instance, "/v1/interactions/" + contact,
                  [&](auto& before, auto& after, json const& document) {
                    return fault_in_interaction(before, after, contact, document);
                  });
    case 6:
      if (!has_interaction) return;
      return read(person, instance, "/v1/interactions/" + contact + "/messages?limit=200",
                  [&](auto& before, auto&, json const& page) {
                    return fault_in_transcript(before.interactions.at(contact), page);
                  });
    default:
      return read(
          person, instance, "/v1/customers/" + id + "/timeline?limit=200",
          [](auto& before, auto&, json const& page) { return fault_in_timeline(before, page); });
  }
}

std::int64_t Reader::committed_version(std::string const& customer) {
  std::int64_t version = 0;
  auto& pool = api_.database().pool();
  pool.transact(postgres::Mode::read, tenant_, [&](postgres::Tx& tx) {
    version = tx.exec(version_sql, {tenant_, customer})[0][0].integer();
  });
  return version;
}

std::string Reader::fault_in(Loose const& before, Loose const& after,
                             support::Response const& answer) {
  if (!settled(before.changes, after.changes)) return {};
  auto const owners = before.owners.size();
  int const expected = owners == 0 ? 404 : owners == 1 ? 200 : 409;
  if (answer.status != expected) {
    return "answered " + std::to_string(answer.status) + " instead of " + std::to_string(expected);
  }
  auto const roots = roots_of(before);
  if (owners == 0 || roots != roots_of(after)) return {};
  auto const document = answer.json();
  if (owners == 1) {
    bool const right = roots.contains(document.at("customer").at("id").get<std::string>());
    return right ? "" : "leads to the wrong customer";
  }
  std::set<std::string> candidates;
  for (auto const& candidate : document.at("candidates")) candidates.insert(candidate.at("id"));
  return candidates == roots ? "" : "names the wrong candidates";
}

void Reader::look_at(Loose& loose) {
  // The owners' roots are read with the copies, so those must be of one moment.
  auto const snapshot = [&] {
    std::lock_guard const lock(model_.mutex);
    Loose copy = loose;
    std::vector<Person> owners;
    for (auto const* owner : loose.owners) owners.push_back(*owner);
    return std::pair(std::move(copy), std::move(owners));
  };
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    auto before = snapshot();
    auto const target = "/v1/context?phone=" + loose.phone;
    auto const answer = clients_[i].get(target);
    auto after = snapshot();
    for (auto* moment : {&before, &after}) {
      moment->first.owners.clear();
      for (auto& owner : moment->second) moment->first.owners.push_back(&owner);
    }
    bool joining = false;
    for (auto const& owner : before.second) joining |= owner.joins.under_way > 0;
    for (auto const& owner : after.second) joining |= owner.joins.under_way > 0;
    auto const fault = joining ? "" : fault_in(before.first, after.first, answer);
    if (fault.empty()) continue;
    auto const what = name_ + " on instance " + std::to_string(i) + ": GET " + target + "\n  " +
                      fault + "\n  " + answer.body;
    if (!before.second.empty()) fail(before.second.front(), what);
    throw Broken(what);
  }
}

}  // namespace throughline::histories
