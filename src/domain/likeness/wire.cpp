// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "domain/likeness/addresses.hpp"
#include "domain/likeness/dates.hpp"
#include "domain/likeness/names.hpp"
#include "domain/likeness/weights.hpp"

namespace throughline::likeness {
namespace {

using Json = nlohmann::json;

std::string text(Json const& object, char const* field) {
  if (!object.is_object()) return {};
  auto const found = object.find(field);
  if (found == object.end() || !found->is_string()) return {};
  return found->get<std::string>().substr(0, text_bytes_max);
}

bool is_share(Json const& value) {
  if (!value.is_number()) return false;
  double const number = value.get<double>();
  return number > 0 && number <= 1;
}

bool read_odds(Json const& level, Odds& odds) {
  if (!level.is_object() || level.size() != 2) return false;
  if (!level.contains("m") || !level.contains("u")) return false;
  if (!is_share(level["m"]) || !is_share(level["u"])) return false;
  odds = {level["m"].get<double>(), level["u"].get<double>()};
  return true;
}

bool read_field(Json const& fields, Field field, Weights& weights) {
  std::string const key(name(field));
  auto const names = levels(field);
  if (!fields.contains(key) || !fields[key].is_object()) return false;
  Json const& object = fields[key];
  if (object.size() != names.size()) return false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string const level(names[i]);
    if (!object.contains(level)) return false;
    if (!read_odds(object[level], weights.odds[index(field)][i])) return false;
  }
  return true;
}

}  // namespace

Record read(std::string_view profile_json, std::span<Value const> identifiers) {
  Record record;
  auto const kept = identifiers.first(std::min(identifiers.size(), identifiers_max));
  record.identifiers.assign(kept.begin(), kept.end());
  Json const profile = Json::parse(profile_json, nullptr, false);
  if (!profile.is_object()) return record;
  read_names(record, text(profile, "given_name"), text(profile, "family_name"),
             text(profile, "full_name"));
  record.born = read_date(text(profile, "date_of_birth"));
  auto const address = profile.find("address");
  if (address == profile.end()) return record;
  std::string const line1 = text(*address, "line1");
  std::string const line2 = text(*address, "line2");
  std::string const city = text(*address, "city");
  std::string const postal_code = text(*address, "postal_code");
  std::string const country = text(*address, "country");
  record.address = read_address({line1, line2, city, postal_code, country});
  return record;
}

std::string to_json(Weights const& weights) {
  Json fields = Json::object();
  for (std::size_t i = 0; i < field_count; ++i) {
    auto const names = levels(static_cast<Field>(i));
    Json field = Json::object();
    for (std::size_t j = 0; j < names.size(); ++j) {
      auto const& odds = weights.odds[i][j];
      field[std::string(names[j])] = {{"m", odds.m}, {"u", odds.u}};
    }
    fields[std::string(name(static_cast<Field>(i)))] = std::move(field);
  }
  return Json{{"version", weights.version}, {"fields", std::move(fields)}}.dump();
}

std::optional<Weights> read_weights(std::string_view json) {
  Json const object = Json::parse(json, nullptr, false);
  if (!object.is_object() || !object.contains("version") || !object.contains("fields")) {
    return std::nullopt;
  }
  if (!object["version"].is_number_integer() || !object["fields"].is_object()) return std::nullopt;
  Weights weights;
  weights.version = object["version"].get<std::int64_t>();
  for (std::size_t i = 0; i < field_count; ++i) {
    if (!read_field(object["fields"], static_cast<Field>(i), weights)) return std::nullopt;
  }
  return weights;
}

std::string to_json(std::span<Evidence const> evidence) {
  Json list = Json::array();
  for (auto const& each : evidence) {
    list.push_back({{"field", name(each.field)},
                    {"level", each.level_name()},
                    {"bits", std::round(each.bits * 10) / 10}});
  }
  return list.dump();
}

}  // namespace throughline::likeness
