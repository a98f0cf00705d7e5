// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/settings/wire.hpp"

#include <iterator>

#include "throughline/base/json.hpp"

namespace throughline::settings {
namespace {

using json::Value;

constexpr char region_member[] = "default_region";

// Both go no deeper than json::depth_max, which a body keeps to.
void overlay(Value& said, Value const& patch) {
  if (!said.is_object()) said = Value::object();
  for (auto const& [member, value] : patch.items()) {
    if (value.is_object()) {
      overlay(said[member], value);
    } else {
      said[member] = value;
    }
  }
}

void prune(Value& said) {
  if (!said.is_object()) return;
  for (auto member = said.begin(); member != said.end();) {
    prune(*member);
    member = member->is_null() ? said.erase(member) : std::next(member);
  }
}

Value to_value(Shown const& shown) {
  Value document = Value::parse(shown.document);
  document["section"] = shown.section;
  document["version"] = shown.version;
  document["updated_at"] = json::or_null(shown.updated_at);
  return document;
}

}  // namespace

void check_object(std::string_view patch) {
  json::parse_object(patch);
}

std::string overlaid(std::string_view said, std::string_view patch) {
  Value document = Value::parse(said);
  overlay(document, Value::parse(patch));
  return json::dump(document);
}

std::string without_nulls(std::string_view said) {
  Value document = Value::parse(said);
  prune(document);
  return json::dump(document);
}

bool equal(std::string_view one, std::string_view other) {
  return Value::parse(one) == Value::parse(other);
}

std::string with_region(std::string_view said, std::string const& region) {
  if (region.empty()) return std::string(said);
  Value document = Value::parse(said);
  document[region_member] = region;
  return json::dump(document);
}

Parted without_region(std::string_view said) {
  Value document = Value::parse(said);
  auto const region = document.find(region_member);
  if (region == document.end()) return {std::string(said), {}};
  std::string const text = region->is_string() ? region->get<std::string>() : std::string();
  document.erase(region);
  return {json::dump(document), text};
}

std::string to_json(Shown const& shown) {
  return json::dump(to_value(shown));
}

std::string tried_json(Shown const& shown) {
  Value document = to_value(shown);
  document["dry_run"] = true;
  document["effect"] = shown.effect.empty() ? Value() : Value::parse(shown.effect);
  return json::dump(document);
}

}  // namespace throughline::settings
