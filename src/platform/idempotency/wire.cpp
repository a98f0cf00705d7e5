// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/idempotency/wire.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

#include "throughline/base/json.hpp"

namespace throughline::idempotency {
namespace {

Code read_code(std::string_view word) {
  for (auto code = Code::invalid;; code = static_cast<Code>(static_cast<int>(code) + 1)) {
    if (name(code) == word) return code;
    if (code == Code::internal) throw std::logic_error("a recorded problem has an unknown code");
  }
}

}  // namespace

std::string write_problem(Error const& error) {
  auto fields = json::Value::array();
  for (auto const& field : error.fields()) fields.push_back({field.pointer, field.detail});
  return json::dump({{"code", name(error.code())}, {"detail", error.detail()}, {"fields", fields}});
}

Error read_problem(std::string_view text) {
  try {
    auto const value = json::Value::parse(text);
    auto const code = read_code(value.at("code").get<std::string>());
    std::vector<FieldError> fields;
    for (auto const& field : value.at("fields"))
      fields.push_back({field.at(0).get<std::string>(), field.at(1).get<std::string>()});
    if (!fields.empty()) return Error(std::move(fields));
    return Error(code, value.at("detail").get<std::string>());
  } catch (json::Value::exception const&) {
    throw std::logic_error("a recorded problem is no JSON of ours");
  }
}

}  // namespace throughline::idempotency
