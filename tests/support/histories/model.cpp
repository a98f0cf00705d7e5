// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/histories/model.hpp"

#include <algorithm>
#include <cstdio>

namespace throughline::histories {

namespace {

constexpr std::size_t active_people = 5;  // few, so that clients meet
constexpr std::size_t loose_identifiers = 4;

/// E.164 numbers of Washington D.C.
std::string phone_number(std::int64_t number) {
  char text[16];
  std::snprintf(text, sizeof text, "+1202%03d%04d", static_cast<int>(200 + number / 10000 % 800),
                static_cast<int>(number % 10000));
  return text;
}

}  // namespace

bool Register::begin(bool to_work_alone) {
  if (alone || (to_work_alone && writes.under_way > 0)) return false;
  alone = to_work_alone;
  ++writes.under_way;
  ++writes.begun;
  return true;
}

void Register::done() {
  alone = false;
  --writes.under_way;
}

void Register::acknowledge(json const& answered, std::vector<std::string> const& names,
                           std::string new_etag) {
  auto const at = answered.at("version").get<std::int64_t>();
  if (at < version) return;
  version = at;
  etag = std::move(new_etag);
  for (auto const& name : names) fields[name] = answered.at(name);
}

void Register::set(std::string const& name, json value) {
  fields[name] = std::move(value);
  ++version;  // at least
  etag.clear();
}

Model::Model(std::uint64_t seed) : numbers_(static_cast<std::int64_t>(seed % 1000) * 1000) {
  for (std::size_t i = 0; i < active_people; ++i) {
    people.push_back(make_person());
    active.push_back(people.back().get());
  }
  for (std::size_t i = 0; i < loose_identifiers; ++i) {
    loose.push_back(std::make_unique<Loose>());
    loose.back()->phone = phone_number(next_number());
  }
}

std::unique_ptr<Person> Model::make_person() {
  auto person = std::make_unique<Person>();
  auto const number = next_number();
  person->email = "person." + std::to_string(number) + "@example.com";
  person->phone = phone_number(number);
  return person;
}

void Model::retire(Person* person) {
  auto const place = std::find(active.begin(), active.end(), person);
  if (place == active.end()) return;
  people.push_back(make_person());
  *place = people.back().get();
}

void Model::join(Person& person, Person& stranger) {
  person.ids.merge(stranger.ids);
  person.known_by.merge(stranger.known_by);
  person.root = std::min(person.root, stranger.root);  // ids sort by age
  person.interactions.merge(stranger.interactions);
  person.cases.merge(stranger.cases);
  person.facts.merge(stranger.facts);
  for (auto& line : stranger.story) tell(person, std::move(line));
}

Writing::Writing(Model& model, std::vector<Person*> people)
    : model_(model), people_(std::move(people)) {
  std::lock_guard const lock(model_.mutex);
  for (auto* person : people_) {
    ++person->writes.under_way;
    ++person->writes.begun;
  }
}

Writing::~Writing() {
  std::lock_guard const lock(model_.mutex);
  for (auto* person : people_) --person->writes.under_way;
}

void tell(Person& person, std::string line) {
  person.story.push_back(std::move(line));
  if (person.story.size() > story_max) person.story.pop_front();
}

std::string story_of(Person const& person) {
  std::string text;
  for (auto const& line : person.story) text += "  " + line + "\n";
  return text;
}

}  // namespace throughline::histories
