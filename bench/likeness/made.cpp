// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The sets that are made.
#include <algorithm>
#include <cstdio>
#include <random>
#include <set>

#include "sets.hpp"

namespace throughline::bench {
namespace {

/// The standard library's distributions differ between libraries; these do not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t count) { return engine_() % count; }
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::size_t>(high - low + 1)));
  }
  bool chance(double share) { return static_cast<double>(below(1000000)) < share * 1e6; }
  template <class Item>
  Item const& of(std::vector<Item> const& items) {
    return items[below(items.size())];
  }

 private:
  std::mt19937_64 engine_;
};

/// A column with its repetitions: what is frequent there is frequent here.
std::vector<std::string> column(Table const& table, std::string const& name) {
  std::vector<std::string> values;
  for (auto const& row : table) {
    auto const found = row.find(name);
    if (found != row.end() && !found->second.empty()) values.push_back(found->second);
  }
  return values;
}

/// Values that are no typos: those that stand there at least so often.
std::vector<std::string> frequent(std::vector<std::string> values, std::size_t least) {
  std::map<std::string, std::size_t> counts;
  for (auto const& value : values) ++counts[value];
  std::erase_if(values, [&](std::string const& value) { return counts[value] < least; });
  return values;
}

std::string typo(std::string text, Random& random) {
  if (text.empty()) return text;
  std::size_t const at = random.below(text.size());
  char const letter = static_cast<char>('a' + random.below(26));
  switch (random.below(5)) {
    case 0:
      text.erase(at, 1);
      break;
    case 1:
      text.insert(at, 1, letter);
      break;
    case 2:
      text[at] = letter;
      break;
    case 3:
      if (at + 1 < text.size()) std::swap(text[at], text[at + 1]);
      break;
    default:
      std::swap(text[at], text[random.below(text.size())]);
      break;
  }
  return text;
}

struct Day {
  int year, month, day;
  std::string text() const {
    char buffer[40];
    std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", year, month, day);
    return buffer;
  }
};

Day any_day(Random& random, int first, int last) {
  return {random.between(first, last), random.between(1, 12), random.between(1, 28)};
}

Day wrong_day(Day day, Random& random) {
  switch (random.below(6)) {
    case 0:
      day.month = day.month % 12 + 1;
      break;
    case 1:
      day.day = random.between(1, 28);
      break;
    case 2:
      day.year += random.chance(.5) ? 1 : -1;
      break;
    case 3:
      day.year += random.chance(.5) ? 10 : -10;
      break;
    case 4:
      if (day.day <= 12) std::swap(day.day, day.month);
      break;
    default:
      day.day = std::min(28, day.day + 1);
      day.month = day.month % 12 + 1;
      break;
  }
  return day;
}

void put(Row& row, char const* field, std::string const& value) {
  if (!value.empty()) row.fields[field] = value;
}

std::string lower(std::string text) {
  std::string result;
  for (char const c : text) {
    if (c >= 'A' && c <= 'Z') result += static_cast<char>(c + 32);
    if (c >= 'a' && c <= 'z') result += c;
  }
  return result;
}

std::string email_of(std::string const& given, std::string const& family,
                     std::vector<std::string> const& domains, Random& random) {
  std::string const g = lower(given);
  std::string const f = lower(family);
  std::string const number = std::to_string(random.below(100));
  std::string const domain = random.of(domains);
  switch (random.below(4)) {
    case 0:
      return g + "." + f + "@" + domain;
    case 1:
      return g + f.substr(0, 1) + number + "@" + domain;
    case 2:
      return g.substr(0, 1) + "." + f + number + "@" + domain;
    default:
      return g.substr(0, 1) + f.substr(0, 1) + number + "@" + domain;
  }
}

std::string maybe(std::string const& text, double missing, double mistyped, Random& random) {
  if (random.chance(missing)) return {};
  return random.chance(mistyped) ? typo(text, random) : text;
}

std::string row_id(Set const& set) {
  return std::to_string(set.rows.size());
}

}  // namespace

Set like_febrl(std::string const& data, std::size_t people, std::uint64_t seed) {
  Random random(seed);
  Table const table = read_csv(data + "/febrl/dataset3.csv");
  auto const given = column(table, "given_name");
  auto const family = column(table, "surname");
  auto const street = column(table, "address_1");
  auto const estate = column(table, "address_2");
  auto const suburb = column(table, "suburb");
  std::vector<std::string> const states{"nsw", "vic", "qld", "wa", "sa", "tas", "act"};
  Set set{"like febrl", {}, {.99, .67, 0, -1}};
  for (std::size_t person = 0; person < people; ++person) {
    std::string const names[2] = {random.of(given), random.of(family)};
    std::string const lines[2] = {random.of(street), random.of(estate)};
    std::string const place = random.of(suburb);
    std::string const number = std::to_string(random.between(1, 200));
    std::string const postcode = std::to_string(random.between(2000, 7999));
    std::string const ssn = std::to_string(random.between(1000000, 9999999));
    Day const born = any_day(random, 1910, 1999);
    std::size_t const copies = random.chance(.4) ? 1 : 2 + random.below(4);
    for (std::size_t copy = 0; copy < copies; ++copy) {
      Row row;
      row.id = row_id(set);
      row.person = std::to_string(person);
      bool const swapped = random.chance(.05);
      put(row, "given_name", maybe(names[swapped ? 1 : 0], .08, .25, random));
      put(row, "family_name", maybe(names[swapped ? 0 : 1], .05, .25, random));
      put(row, "address.line1",
          maybe(number, .05, .05, random) + " " + maybe(lines[0], .04, .3, random));
      put(row, "address.line2", maybe(lines[1], .15, .3, random));
      put(row, "address.city", maybe(place, .04, .2, random));
      put(row, "address.postal_code", maybe(postcode, .01, .1, random));
      put(row, "address.region", random.of(states));
      if (!random.chance(.06)) {
        put(row, "date_of_birth", (random.chance(.06) ? wrong_day(born, random) : born).text());
      }
      if (!random.chance(.15)) {
        std::string const told = random.chance(.05) ? typo(ssn, random) : ssn;
        row.identifiers.push_back({"account", "ssn:" + told, {}, {}});
      }
      set.rows.push_back(std::move(row));
    }
  }
  return set;
}

Set like_splink(std::string const& data, std::size_t people, std::uint64_t seed) {
  Random random(seed);
  Table const table = read_csv(data + "/splink/fake_1000.csv");
  auto const given = frequent(column(table, "first_name"), 3);
  auto const family = frequent(column(table, "surname"), 3);
  auto const city = frequent(column(table, "city"), 3);
  std::vector<std::string> domains;
  for (auto const& name : column(read_csv(data + "/febrl/dataset3.csv"), "surname")) {
    domains.push_back(lower(name) + (random.chance(.5) ? ".com" : ".org"));
  }
  Set set{"like splink", {}, {.99, .67, 0, -1}};
  for (std::size_t person = 0; person < people; ++person) {
    std::string const names[2] = {random.of(given), random.of(family)};
    std::string const place = random.of(city);
    std::string const email = email_of(names[0], names[1], domains, random);
    Day const born = any_day(random, 1970, 2020);
    std::size_t const copies = 1 + random.below(6);
    for (std::size_t copy = 0; copy < copies; ++copy) {
      Row row;
      row.id = row_id(set);
      row.person = std::to_string(person);
      bool const swapped = random.chance(.06);
      put(row, "given_name", maybe(names[swapped ? 1 : 0], .18, .2, random));
      put(row, "family_name", maybe(names[swapped ? 0 : 1], .18, .2, random));
      put(row, "address.city", maybe(place, .19, .2, random));
      put(row, "date_of_birth", (random.chance(.3) ? wrong_day(born, random) : born).text());
      std::string const told = maybe(email, .21, .15, random);
      if (!told.empty()) row.identifiers.push_back({"email", told, {}, {}});
      set.rows.push_back(std::move(row));
    }
  }
  return set;
}

namespace {

struct Person {
  std::string given, family, suffix, number, street, city, postcode, mobile, email, work;
  Day born;
};

class Town {
 public:
  Town(std::string const& data, std::uint64_t seed) : random_(seed) {
    Table const fake = read_csv(data + "/splink/fake_1000.csv");
    Table const febrl = read_csv(data + "/febrl/dataset3.csv");
    given_ = frequent(column(fake, "first_name"), 3);
    family_ = frequent(column(fake, "surname"), 2);
    street_ = frequent(column(febrl, "address_1"), 2);
    city_ = frequent(column(febrl, "suburb"), 2);
    domains_ = {"gmail.com", "outlook.com", "yahoo.com", "icloud.com", "hotmail.com"};
  }

  /// One to five people behind one door and one landline, some with one mailbox for all.
  std::vector<Person> family() {
    Person shared = somebody();
    std::string const landline = phone();
    std::string const mailbox = random_.chance(.15) ? shared.email : std::string();
    std::size_t const size = 1 + random_.below(5);
    std::vector<Person> members{shared};
    for (std::size_t i = 1; i < size; ++i) {
      Person member = somebody();
      member.family = shared.family;
      member.number = shared.number;
      member.street = shared.street;
      member.city = shared.city;
      member.postcode = shared.postcode;
      member.born.year = random_.between(1930, 2005);
      if (random_.chance(.02)) member.born = members.back().born;  // twins
      if (i == 1 && random_.chance(.04)) {
        member.given = shared.given;
        members[0].suffix = random_.chance(.5) ? "Sr" : "";
        member.suffix = "Jr";
      }
      members.push_back(member);
    }
    for (auto& member : members) {
      if (random_.chance(.3)) member.mobile = landline;
      if (!mailbox.empty() && random_.chance(.7)) member.email = mailbox;
      if (random_.chance(.2)) member.work = random_.of(roles_) + "@" + random_.of(firms());
    }
    return members;
  }

  Row record(Person person) {
    Row row;
    if (random_.chance(.02)) person.family = random_.of(family_);  // married
    if (random_.chance(.06)) person.street = random_.of(street_);  // moved
    std::string const family = maybe(person.family, .08, .08, random_);
    put(row, "given_name", given_as_told(person.given));
    put(row, "family_name",
        person.suffix.empty() || family.empty() || random_.chance(.3)
            ? family
            : family + " " + person.suffix);
    if (random_.chance(.45)) {
      put(row, "date_of_birth",
          (random_.chance(.06) ? wrong_day(person.born, random_) : person.born).text());
    }
    if (random_.chance(.5)) {
      put(row, "address.line1", person.number + " " + maybe(person.street, 0, .1, random_));
      put(row, "address.city", maybe(person.city, .05, .08, random_));
      put(row, "address.postal_code", maybe(person.postcode, .1, .03, random_));
    }
    tell(row, "email", maybe(person.email, .35, .05, random_));
    tell(row, "phone", random_.chance(.4) ? person.mobile : "");
    if (random_.chance(.3)) tell(row, "email", person.work);
    return row;
  }

 private:
  static void tell(Row& row, char const* type, std::string const& value) {
    if (!value.empty()) row.identifiers.push_back({type, value, "US", {}});
  }
  std::string given_as_told(std::string const& given) {
    if (random_.chance(.05)) return given.substr(0, 1);
    return maybe(given, .05, .08, random_);
  }
  std::string phone() {
    return "+1202555" + std::to_string(random_.between(1000, 9999)) +
           std::to_string(random_.below(10));
  }
  Person somebody() {
    Person person;
    person.given = random_.of(given_);
    person.family = random_.of(family_);
    person.number = std::to_string(random_.between(1, 300));
    person.street = random_.of(street_);
    person.city = random_.of(city_);
    person.postcode = std::to_string(random_.between(10000, 10500));
    char number[24];
    std::snprintf(number, sizeof number, "+1%03d%07d", random_.between(201, 989),
                  random_.between(2000000, 9999999));
    person.mobile = number;
    person.email = email_of(person.given, person.family, domains_, random_);
    while (!emails_.insert(person.email).second) {
      person.email = std::to_string(random_.below(1000)) + person.email;
    }
    person.born = any_day(random_, 1930, 2005);
    return person;
  }
  std::vector<std::string> const& firms() {
    if (firms_.empty()) {
      for (int i = 0; i < 60; ++i) firms_.push_back("firm" + std::to_string(i) + ".example");
    }
    return firms_;
  }

  Random random_;
  std::set<std::string> emails_;  // no two people are given the same
  std::vector<std::string> given_, family_, street_, city_, domains_, firms_;
  std::vector<std::string> const roles_{"info", "office", "sales", "accounts"};
};

}  // namespace

Set contacts(std::string const& data, std::size_t people, std::uint64_t seed) {
  Town town(data, seed);
  Random random(seed + 1);
  Set set{"contacts", {}, {.99, 0, 0, -1}};
  for (std::size_t person = 0; person < people;) {
    for (auto const& member : town.family()) {
      std::size_t const copies = 1 + random.below(4);
      for (std::size_t copy = 0; copy < copies; ++copy) {
        Row row = town.record(member);
        row.id = row_id(set);
        row.person = std::to_string(person);
        set.rows.push_back(std::move(row));
      }
      ++person;
    }
  }
  return set;
}

}  // namespace throughline::bench
