// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/json.hpp"
#include "throughline/domain/warnings.hpp"

namespace throughline::warnings {
namespace {

using json::Reader;
using json::Value;

void read_window(Reader& in, std::chrono::hours& window) {
  if (auto const hours = in.integer("window_hours", 1, window_max.count()))
    window = std::chrono::hours(*hours);
}

void read_frustrated(Reader& in, Frustrated& rule) {
  rule.at_or_below = in.number("at_or_below", -1, 1).value_or(rule.at_or_below);
  rule.clears_at = in.number("clears_at", -1, 1).value_or(rule.clears_at);
  if (rule.clears_at <= rule.at_or_below) in.fail("clears_at", "must be above at_or_below");
  read_window(in, rule.window);
}

void read_tiers(Reader& in, std::vector<std::string>& tiers) {
  if (in.has("tiers") && !in.is_null("tiers")) tiers = in.texts("tiers", tiers_max);
}

Rules read(Value const& said) {
  Reader in(said);
  Rules rules;
  for (auto const code : codes) {
    in.nested(code, [&](Reader& rule) {
      rules.enabled[std::string(code)] = rule.boolean("enabled").value_or(true);
      if (code == "frustrated") read_frustrated(rule, rules.frustrated);
      if (code == "repeat_contact") read_window(rule, rules.repeat_contact.window);
      if (code == "high_value") read_tiers(rule, rules.high_value_tiers);
    });
  }
  in.finish();
  rules.frustrated.enabled = rules.enabled["frustrated"];
  rules.repeat_contact.enabled = rules.enabled["repeat_contact"];
  return rules;
}

Value to_value(Rules const& rules) {
  Value shown = Value::object();
  for (auto const& [code, enabled] : rules.enabled) shown[code] = {{"enabled", enabled}};
  shown["frustrated"]["at_or_below"] = rules.frustrated.at_or_below;
  shown["frustrated"]["clears_at"] = rules.frustrated.clears_at;
  shown["frustrated"]["window_hours"] = rules.frustrated.window.count();
  shown["repeat_contact"]["window_hours"] = rules.repeat_contact.window.count();
  shown["high_value"]["tiers"] = rules.high_value_tiers;
  return shown;
}

}  // namespace

Rules::Rules() {
  for (auto const code : codes) enabled[std::string(code)] = true;
}

Rules parse_rules(std::string_view said) {
  return said.empty() ? Rules() : read(Value::parse(said));
}

settings::Section settings_section() {
  return {section_name,
          [](std::string_view said) {
            return settings::Checked{std::string(said),
                                     json::dump(to_value(read(Value::parse(said))))};
          },
          {}};
}

}  // namespace throughline::warnings
