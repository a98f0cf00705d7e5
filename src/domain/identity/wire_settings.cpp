// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/wire_settings.hpp"

#include <array>
#include <optional>
#include <utility>
#include <variant>

#include "domain/identity/normalise.hpp"
#include "throughline/base/json.hpp"

namespace throughline::identity {
namespace {

using json::Reader;
using json::Value;

constexpr std::array<std::string_view, 4> types{"email", "phone", "social", "account"};
constexpr std::array<std::string_view, 3> kinds{"exclusive", "strong", "weak"};
constexpr std::int64_t per_class_most = 50;  // identifiers_per_customer_max
constexpr std::int64_t stale_days_max = 3650;
constexpr double margin_bits_max = 100;
constexpr std::size_t pattern_bytes_max = 256;

Class kind_of(std::string_view word) {
  if (word == kinds[0]) return Class::exclusive;
  return word == kinds[1] ? Class::strong : Class::weak;
}

ClassRule read_rule(Reader& in, ClassRule rule) {
  if (auto const word = in.word("class", kinds)) rule.kind = kind_of(*word);
  auto const max = in.integer("max", 1, per_class_most);
  bool const exclusive = rule.kind == Class::exclusive;
  if (max && exclusive && *max != 1) in.fail("max", "must be 1 where the class is exclusive");
  if (max) rule.max = static_cast<std::size_t>(*max);
  if (exclusive) rule.max = 1;
  return rule;
}

void read_systems(Reader& in, Settings& settings) {
  auto const systems = in.object("systems", settings::said_bytes_max);
  if (!systems) return;
  if (systems->size() > systems_max) {
    return in.fail("systems", "holds at most " + std::to_string(systems_max) + " systems");
  }
  ClassRule base = settings.classes["account"];
  if (base.kind == Class::exclusive) base.max = identifiers_per_class_max;
  in.nested("systems", [&](Reader& inner) {
    for (auto const& [system, value] : systems->items()) {
      if (!is_namespace(system)) inner.fail(system, "must be a system in lower case");
      inner.nested(system, [&](Reader& rule) {
        settings.classes["account:" + system] = read_rule(rule, base);
      });
    }
  });
}

void read_classes(Reader& in, Settings& settings) {
  in.nested("classes", [&](Reader& classes) {
    for (auto const type : types) {
      classes.nested(type, [&](Reader& rule) {
        auto& known = settings.classes[std::string(type)];
        known = read_rule(rule, known);
        if (type == "account") read_systems(rule, settings);
      });
    }
  });
}

/// Said just now, to be checked in full, or taken from what is stored, which was: then nothing is
/// normalised again, since that is what a phone costs most.
enum class From { request, store };

/// Each as it will be compared.
std::vector<std::string> read_values(Reader& in, std::string_view type, From from) {
  std::vector<std::string> values = in.texts("values", blocked_values_max);
  if (from == From::store) return values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto read = normalise({std::string(type), values[i], "", ""}, "");
    if (auto const* fault = std::get_if<std::string>(&read)) {
      in.fail("values", "item " + std::to_string(i) + " " + *fault);
    } else {
      values[i] = std::move(std::get<Identifier>(read).value);
    }
  }
  return values;
}

std::vector<std::string> read_patterns(Reader& in) {
  auto patterns = in.texts("patterns", blocked_patterns_max);
  for (auto const& pattern : patterns) {
    if (pattern.size() > pattern_bytes_max) {
      in.fail("patterns", "each has at most " + std::to_string(pattern_bytes_max) + " bytes");
    }
    if (pattern.find_first_not_of('*') == std::string::npos) {
      in.fail("patterns", "each has more than asterisks");
    }
  }
  return patterns;
}

void read_blocked(Reader& in, Settings& settings, From from) {
  in.nested("blocked", [&](Reader& blocked) {
    for (auto const type : types) {
      blocked.nested(type, [&](Reader& of_type) {
        auto values = read_values(of_type, type, from);
        settings.blocked[std::string(type)] = {std::move(values), read_patterns(of_type)};
      });
    }
  });
}

void read_stale(Reader& in, Settings& settings) {
  in.nested("stale_after_days", [&](Reader& days) {
    for (auto const type : types) {
      auto const count = days.integer(type, 0, stale_days_max);
      if (!count) continue;
      settings.stale_after.erase(std::string(type));
      if (*count > 0) settings.stale_after[std::string(type)] = std::chrono::days(*count);
    }
  });
}

void read_thresholds(Reader& in, Settings& settings) {
  in.nested("thresholds", [&](Reader& thresholds) {
    settings.automatic = thresholds.number("automatic", 0.5, 1).value_or(settings.automatic);
    settings.review = thresholds.number("review", 0, 1).value_or(settings.review);
    settings.margin_bits =
        thresholds.number("margin_bits", 0, margin_bits_max).value_or(settings.margin_bits);
    if (settings.review > settings.automatic) {
      thresholds.fail("review", "must not be above automatic");
    }
  });
}

struct Read {
  Settings settings;
  std::optional<std::string> region;
};

Read read(Value const& said, From from) {
  Reader in(said);
  Read read;
  read.region = in.text("default_region");
  bool const known =
      !read.region || from == From::store ||
      std::holds_alternative<Identifier>(normalise({"phone", "0", *read.region, ""}, ""));
  if (!known) in.fail("default_region", "must be an ISO 3166-1 alpha-2 code with telephones");
  read_classes(in, read.settings);
  read_blocked(in, read.settings, from);
  read_stale(in, read.settings);
  read_thresholds(in, read.settings);
  in.finish();
  return read;
}

Value to_value(ClassRule const& rule) {
  return {{"class", name(rule.kind)}, {"max", rule.max}};
}

Value classes_of(Settings const& settings) {
  Value classes;
  for (auto const type : types) classes[type] = to_value(settings.classes.find(type)->second);
  Value& systems = classes["account"]["systems"] = Value::object();
  constexpr std::string_view prefix = "account:";
  for (auto const& [realm, rule] : settings.classes) {
    if (realm.starts_with(prefix)) systems[realm.substr(prefix.size())] = to_value(rule);
  }
  return classes;
}

Value to_value(Read const& read) {
  Value blocked;
  Value stale;
  for (auto const type : types) {
    auto const found = read.settings.blocked.find(type);
    Blocked const none;
    Blocked const& list = found == read.settings.blocked.end() ? none : found->second;
    blocked[type] = {{"values", list.values}, {"patterns", list.patterns}};
    auto const days = read.settings.stale_after.find(type);
    stale[type] = days == read.settings.stale_after.end() ? 0 : days->second.count();
  }
  return {{"default_region", read.region ? Value(*read.region) : Value()},
          {"classes", classes_of(read.settings)},
          {"blocked", std::move(blocked)},
          {"stale_after_days", std::move(stale)},
          {"thresholds",
           {{"automatic", read.settings.automatic},
            {"review", read.settings.review},
            {"margin_bits", read.settings.margin_bits}}}};
}

/// Blocked values as they will be compared, and the region in upper case.
Value canonical(Value said, Read const& read) {
  for (auto const& [type, list] : read.settings.blocked) {
    auto& stored = said["blocked"][type];
    if (!list.values.empty()) stored["values"] = list.values;
  }
  if (read.region) said["default_region"] = *read.region;
  return said;
}

}  // namespace

settings::Checked check_settings(std::string_view said) {
  Value const object = Value::parse(said);
  Read read = identity::read(object, From::request);
  if (read.region) {
    for (char& c : *read.region) c = static_cast<char>(c & ~0x20);
  }
  return {json::dump(canonical(object, read)), json::dump(to_value(read))};
}

Settings parse_settings(std::string_view said) {
  Value const object = Value::parse(said);
  return read(object, From::store).settings;
}

std::string to_json(Effect const& effect) {
  return json::dump({{"would_split", effect.would_split},
                     {"would_join", effect.would_join},
                     {"links_looked_at", effect.links},
                     {"doubts_looked_at", effect.doubts},
                     {"cut_off", effect.cut_off}});
}

}  // namespace throughline::identity
