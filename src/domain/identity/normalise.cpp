// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/normalise.hpp"

#include <algorithm>
#include <utility>

#include "domain/identity/unicode.hpp"
#include "throughline/base/text.hpp"

namespace throughline::identity {
namespace {

constexpr std::size_t namespace_bytes_max = 64;

Normalised normalise_by_type(RawIdentifier const& sent, std::string_view text,
                             std::string_view default_region) {
  if (sent.type == "email") return normalise_email(text);
  if (sent.type == "phone") return normalise_phone(text, sent.region, default_region);
  if (sent.type == "social") return normalise_social(text);
  if (sent.type == "account") return normalise_account(text);
  return "must have one of the types email, phone, social, account";
}

bool is_assurance(std::string_view word) {
  return word == "claimed" || word == "channel" || word == "authenticated";
}

}  // namespace

Normalised normalise(RawIdentifier const& sent, std::string_view default_region) {
  if (sent.value.size() > sent_bytes_max) {
    return "must have at most " + std::to_string(sent_bytes_max) + " bytes";
  }
  if (!is_utf8(sent.value)) return "must be text in UTF-8";
  std::string_view const text = trim(sent.value);
  if (text.empty()) return "must not be empty";
  if (has_control(text)) return "must not hold control characters";
  if (!sent.assurance.empty() && !is_assurance(sent.assurance)) {
    return "must have one of the assurances claimed, channel, authenticated";
  }

  Normalised result = normalise_by_type(sent, text, default_region);
  auto* const identifier = std::get_if<Identifier>(&result);
  if (identifier == nullptr) return result;
  if (identifier->value.size() > value_bytes_max) {
    return "must have at most " + std::to_string(value_bytes_max) + " bytes once normalised";
  }
  identifier->type = sent.type;
  identifier->raw = text;
  identifier->assurance = sent.assurance.empty() ? "claimed" : sent.assurance;
  return result;
}

bool is_namespace(std::string_view word) {
  auto const is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (word.empty() || word.size() > namespace_bytes_max || !is_alphanumeric(word.front())) {
    return false;
  }
  return std::all_of(word.begin(), word.end(), [&](char c) {
    return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
  });
}

}  // namespace throughline::identity
