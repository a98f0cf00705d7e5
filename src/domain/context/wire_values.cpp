// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "wire_values.hpp"

namespace throughline::context::wire {

using json::Value;

std::string text(Value const& object, char const* field) {
  auto const found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string number(Value const& object, char const* field) {
  auto const found = object.find(field);
  return found != object.end() && found->is_number() ? found->dump() : std::string();
}

std::string scalar(Value const& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() || value.is_boolean() ? value.dump() : std::string();
}

Value const& list(Value const& object, char const* field) {
  static Value const none = Value::array();
  auto const found = object.find(field);
  return found != object.end() && found->is_array() ? *found : none;
}

std::size_t more(Value const& object, char const* field) {
  auto const found = object.find("more");
  if (found == object.end()) return 0;
  return found->value(field, std::size_t{0});
}

std::string seconds(std::string const& at) {
  return at.substr(0, at.find('.')) + (at.empty() ? "" : "Z");
}

}  // namespace throughline::context::wire
