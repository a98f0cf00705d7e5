// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "throughline/base/actor.hpp"
#include "throughline/base/json.hpp"

namespace throughline {

std::string to_json(Agent const& agent) { return json::dump(json::to_value(agent)); }

Agent parse_agent(std::string_view text) {
  auto const value = json::Value::parse(text, nullptr, false);
  if (!value.is_object()) throw std::logic_error("this is no agent as to_json() writes it");
  json::Reader in(value);
  Agent agent;
  agent.kind = in.required_text("kind");
  agent.id = in.required_text("id");
  agent.model = in.text("model").value_or("");
  agent.prompt_version = in.text("prompt_version").value_or("");
  agent.persona_version = in.text("persona_version").value_or("");
  if (!in.ok()) throw std::logic_error("this is no agent as to_json() writes it");
  return agent;
}

}  // namespace throughline
