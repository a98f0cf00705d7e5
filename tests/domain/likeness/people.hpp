// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Records for tests, written in few words.
#pragma once

#include <string>
#include <vector>

#include "throughline/domain/likeness.hpp"

namespace throughline::likeness::tests {

struct Told {
  std::string given = {};
  std::string family = {};
  std::string born = {};  // as a profile tells it
  std::string street = {};
  std::string city = {};
  std::string postal_code = {};
  std::vector<Value> identifiers = {};
};

inline Record person(Told const& told) {
  std::string const profile = R"({"given_name":")" + told.given + R"(","family_name":")" +
                              told.family + R"(","date_of_birth":")" + told.born +
                              R"(","address":{"line1":")" + told.street + R"(","city":")" +
                              told.city + R"(","postal_code":")" + told.postal_code + R"("}})";
  return read(profile, told.identifiers);
}

inline Value email(std::string value, std::string alias = {}) {
  return {"email", std::move(value), std::move(alias), true, false};
}
inline Value phone(std::string value) {
  return {"phone", std::move(value), {}, true, false};
}
inline Value handle(std::string value) {
  return {"social", std::move(value), {}, true, false};
}
inline Value account(std::string value) {
  return {"account", std::move(value), {}, true, false};
}

/// The level of a field between two records, by name; empty where it says nothing.
inline std::string level(Field field, Record const& one, Record const& other) {
  auto const found = pattern(one, other)[static_cast<std::size_t>(field)];
  return found == 0 ? std::string() : std::string(levels(field)[found - 1U]);
}

}  // namespace throughline::likeness::tests
