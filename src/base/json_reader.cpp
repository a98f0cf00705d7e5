// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "throughline/base/json.hpp"
#include "throughline/base/text.hpp"

namespace throughline::json {
namespace {

/// One reference token of RFC 6901: ~ and / are what a pointer is made of.
std::string escape(std::string_view token) {
  std::string text;
  text.reserve(token.size());
  for (char const c : token) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool has_nul(std::string_view text) {
  return text.find('\0') != std::string_view::npos;
}

/// Whether any string or key below holds NUL. Recurses no deeper than depth_max, by parse_object.
bool holds_nul(Value const& value) {
  if (value.is_string()) return has_nul(value.get_ref<std::string const&>());
  if (value.is_array()) return std::any_of(value.begin(), value.end(), holds_nul);
  if (!value.is_object()) return false;
  auto const& members = value.get_ref<Value::object_t const&>();
  return std::any_of(members.begin(), members.end(), [](auto const& member) {
    return has_nul(member.first) || holds_nul(member.second);
  });
}

std::string at_most(std::size_t count, std::string_view what) {
  return "must have at most " + std::to_string(count) + " " + std::string(what);
}

std::string one_of(std::span<std::string_view const> allowed) {
  std::string text = "must be one of:";
  for (std::string_view const word : allowed) text.append(" ").append(word);
  return text;
}

/// What is wrong with a text; empty if nothing is.
std::string text_fault(std::string_view text, std::size_t max, bool multiline) {
  if (has_control(text, multiline)) {
    return multiline ? "must not hold control characters other than tab and line ends"
                     : "must not hold control characters";
  }
  if (count_characters(text) > max) return at_most(max, "characters");
  return {};
}

/// The value as a whole number, if it is one that 64 bits hold.
std::optional<std::int64_t> whole_number(Value const& value) {
  if (value.is_number_unsigned()) {
    auto const number = value.get<std::uint64_t>();
    if (!std::in_range<std::int64_t>(number)) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  constexpr double beyond = 9223372036854775808.0;  // 2^63, the first that does not fit
  auto const number = value.get<double>();
  bool const fits = number >= -beyond && number < beyond && std::trunc(number) == number;
  return fits ? std::optional(static_cast<std::int64_t>(number)) : std::nullopt;
}

/// A limit as a person would write it: 1, not 1.000000.
std::string number_text(double number) {
  return dump(Value(number));
}

}  // namespace

Reader::Reader(Value const& object) : object_(object), errors_(&own_errors_) {
  if (!object.is_object()) fail_at("", "must be a JSON object");
}

Reader::Reader(Value const& object, std::string at, std::vector<FieldError>* errors)
    : object_(object), at_(std::move(at)), errors_(errors) {}

// --- finding ---------------------------------------------------------------------------------

Value const* Reader::find(std::string_view field) {
  if (std::find(known_.begin(), known_.end(), field) == known_.end()) known_.emplace_back(field);
  auto const found = object_.find(field);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

bool Reader::has(std::string_view field) {
  find(field);
  return object_.contains(field);
}

bool Reader::is_null(std::string_view field) {
  return has(field) && find(field) == nullptr;
}

// --- texts -----------------------------------------------------------------------------------

std::optional<std::string> Reader::checked_text(std::string_view field, std::size_t max,
                                                bool multiline) {
  Value const* value = find(field);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fail(field, "must be a string");
    return std::nullopt;
  }
  auto const& text = value->get_ref<std::string const&>();
  if (std::string fault = text_fault(text, max, multiline); !fault.empty()) {
    fail(field, std::move(fault));
    return std::nullopt;
  }
  return text;
}

std::string Reader::required_checked_text(std::string_view field, std::size_t max, bool multiline) {
  if (find(field) == nullptr) {
    fail(field, "is required");
    return {};
  }
  auto text = checked_text(field, max, multiline);
  if (!text) return {};
  if (is_blank(*text)) fail(field, "must not be blank");
  return std::move(*text);
}

std::string Reader::required_text(std::string_view field, std::size_t max) {
  return required_checked_text(field, max, false);
}

std::optional<std::string> Reader::text(std::string_view field, std::size_t max) {
  return checked_text(field, max, false);
}

std::string Reader::required_prose(std::string_view field, std::size_t max) {
  return required_checked_text(field, max, true);
}

std::optional<std::string> Reader::prose(std::string_view field, std::size_t max) {
  return checked_text(field, max, true);
}

std::optional<std::string> Reader::word(std::string_view field,
                                        std::span<std::string_view const> allowed) {
  Value const* value = find(field);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    auto const& text = value->get_ref<std::string const&>();
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  }
  fail(field, one_of(allowed));
  return std::nullopt;
}

std::string Reader::required_word(std::string_view field,
                                  std::span<std::string_view const> allowed) {
  if (find(field) == nullptr) {
    fail(field, "is required; " + one_of(allowed));
    return {};
  }
  return word(field, allowed).value_or("");
}

std::vector<std::string> Reader::texts(std::string_view field, std::size_t max_items) {
  std::vector<std::string> result;
  Value const* list = array(field, 0, max_items);
  if (list == nullptr) return result;
  for (std::size_t i = 0; i < list->size(); ++i) {
    Value const& item = (*list)[i];
    std::string fault = "must be a string";
    if (item.is_string()) {
      auto const& text = item.get_ref<std::string const&>();
      fault = is_blank(text) ? "must not be blank" : text_fault(text, short_text_max, false);
      if (fault.empty()) {
        result.push_back(text);
        continue;
      }
    }
    fail_at(pointer(field) + "/" + std::to_string(i), std::move(fault));
  }
  return result;
}

// --- other scalars ---------------------------------------------------------------------------

std::optional<bool> Reader::boolean(std::string_view field) {
  Value const* value = find(field);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  fail(field, "must be true or false");
  return std::nullopt;
}

std::optional<double> Reader::number(std::string_view field, double min, double max) {
  Value const* value = find(field);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) {
    auto const number = value->get<double>();
    if (number >= min && number <= max) return number;
  }
  fail(field, "must be a number from " + number_text(min) + " to " + number_text(max));
  return std::nullopt;
}

std::optional<std::int64_t> Reader::integer(std::string_view field, std::int64_t min,
                                            std::int64_t max) {
  Value const* value = find(field);
  if (value == nullptr) return std::nullopt;
  auto const number = whole_number(*value);
  if (number && *number >= min && *number <= max) return number;
  fail(field, "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  return std::nullopt;
}

std::optional<Timestamp> Reader::time(std::string_view field) {
  Value const* value = find(field);
  if (value == nullptr) return std::nullopt;
  auto const at =
      value->is_string() ? parse_rfc3339(value->get_ref<std::string const&>()) : std::nullopt;
  if (!at) fail(field, "must be a time with offset as RFC 3339 has it: 2026-11-21T08:30:00Z");
  return at;
}

constexpr std::string_view no_uuid = "must be an id: a UUID of 36 characters";

std::optional<Uuid> Reader::uuid(std::string_view field) {
  Value const* value = find(field);
  if (value == nullptr) return std::nullopt;
  auto const uuid =
      value->is_string() ? parse_uuid(value->get_ref<std::string const&>()) : std::nullopt;
  if (!uuid) fail(field, std::string(no_uuid));
  return uuid;
}

std::vector<Uuid> Reader::uuids(std::string_view field, std::size_t max_items) {
  std::vector<Uuid> result;
  Value const* list = array(field, 0, max_items);
  if (list == nullptr) return result;
  for (std::size_t i = 0; i < list->size(); ++i) {
    Value const& item = (*list)[i];
    auto const uuid =
        item.is_string() ? parse_uuid(item.get_ref<std::string const&>()) : std::nullopt;
    if (uuid) {
      result.push_back(*uuid);
    } else {
      fail_at(pointer(field) + "/" + std::to_string(i), std::string(no_uuid));
    }
  }
  return result;
}

// --- objects and lists -----------------------------------------------------------------------

std::optional<Value> Reader::object(std::string_view field, std::size_t max_bytes) {
  Value const* value = nested_object(field);
  if (value == nullptr) return std::nullopt;
  if (holds_nul(*value)) {
    fail(field, "must not hold NUL characters");
    return std::nullopt;
  }
  if (dump(*value).size() > max_bytes) {
    fail(field, at_most(max_bytes, "bytes as JSON text"));
    return std::nullopt;
  }
  return *value;
}

std::optional<ExternalId> Reader::external_id(std::string_view field) {
  std::optional<ExternalId> id;
  nested(field, [&id](Reader& in) {
    id = ExternalId{in.required_text("system"), in.required_text("id")};
  });
  return id;
}

std::optional<Agent> Reader::agent(std::string_view field) {
  static constexpr std::array<std::string_view, 2> kinds{"bot", "human"};
  std::optional<Agent> agent;
  nested(field, [&agent](Reader& in) {
    Agent read;
    read.kind = in.required_word("kind", kinds);
    read.id = in.required_text("id");
    for (std::string_view const of_bots : {"model", "prompt_version", "persona_version"}) {
      if (read.kind == "human" && in.text(of_bots)) in.fail(of_bots, "is only for bots");
    }
    read.model = in.text("model").value_or("");
    read.prompt_version = in.text("prompt_version").value_or("");
    read.persona_version = in.text("persona_version").value_or("");
    agent = std::move(read);
  });
  return agent;
}

Value const* Reader::nested_object(std::string_view field) {
  Value const* value = find(field);
  return value == nullptr ? nullptr : element(*value, pointer(field));
}

Value const* Reader::array(std::string_view field, std::size_t min, std::size_t max) {
  Value const* value = find(field);
  if (value == nullptr) {
    if (min > 0) fail(field, "is required");
    return nullptr;
  }
  if (!value->is_array()) {
    fail(field, "must be an array");
  } else if (value->size() < min) {
    fail(field, "must have at least " + std::to_string(min) + " elements");
  } else if (value->size() > max) {
    fail(field, at_most(max, "elements"));
  } else {
    return value;
  }
  return nullptr;
}

Value const* Reader::element(Value const& item, std::string const& at) {
  if (item.is_object()) return &item;
  fail_at(at, "must be a JSON object");
  return nullptr;
}

// --- errors ----------------------------------------------------------------------------------

std::string Reader::pointer(std::string_view field) const {
  return at_ + "/" + escape(field);
}

void Reader::fail(std::string_view field, std::string detail) {
  fail_at(pointer(field), std::move(detail));
}

void Reader::fail_at(std::string at, std::string detail) {
  if (errors_->size() < errors_max) errors_->push_back({std::move(at), std::move(detail)});
}

void Reader::note_unknown_fields() {
  if (!object_.is_object()) return;
  for (auto const& [field, value] : object_.get_ref<Value::object_t const&>()) {
    if (std::find(known_.begin(), known_.end(), field) != known_.end()) continue;
    if (field.size() > short_text_max) {
      fail_at(at_, "has an unknown field whose name is too long to repeat");
    } else {
      fail(field, "is not a field here; remove it");
    }
  }
}

void Reader::finish() {
  note_unknown_fields();
  if (!errors_->empty()) throw Error(std::move(*errors_));
}

}  // namespace throughline::json
