// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Reading request bodies: every bad field is found before the request is refused, each named by its
// JSON Pointer, unknown fields by name. Included by wire*.cpp files and the few named exceptions.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/error.hpp"
#include "throughline/base/ids.hpp"
#include "throughline/base/time.hpp"

namespace throughline::json {

using Value = nlohmann::json;

inline constexpr std::size_t depth_max = 32;         // nesting of arrays and objects in a body
inline constexpr std::size_t short_text_max = 256;   // characters: names, codes, ids
inline constexpr std::size_t long_text_max = 16384;  // characters: messages, notes, summaries
inline constexpr std::size_t free_object_bytes_max = 16384;  // attributes, profile, as JSON text
inline constexpr std::size_t errors_max = 1000;              // bad fields named in one answer

/// Parses a whole body. Throws Error: malformed (not JSON, invalid UTF-8, a lone surrogate, a
/// number that no double holds, deeper than depth_max, a key twice in one object) or invalid when
/// the top is not an object. Never recurses. Numbers past 64 bits are kept to a double's precision.
Value parse_object(std::string_view body);

/// Reads the fields of one object. Getters record what is wrong and return a harmless value;
/// finish() throws everything at once. An optional getter takes an absent field and null alike for
/// nullopt; a required one refuses both, and a text that is empty or blank. Strings are refused
/// with NUL or other control characters (tab and line ends are allowed in prose), and when they
/// exceed `max` characters (code points). No error repeats a value. A nested Reader shares its
/// parent's list of errors, so only the outermost is finished; past errors_max the rest goes
/// unnamed. Not copyable; lives on the stack while one request is read; the object must outlive it.
class Reader {
 public:
  explicit Reader(Value const& object);
  Reader(Reader const&) = delete;
  Reader& operator=(Reader const&) = delete;

  /// Whether the field stands in the object, null included (a merge patch clears by null). Asking
  /// makes the field a known one.
  bool has(std::string_view field);
  bool is_null(std::string_view field);

  std::string required_text(std::string_view field, std::size_t max = short_text_max);
  std::optional<std::string> text(std::string_view field, std::size_t max = short_text_max);
  /// As text(), tab and newlines allowed, default limit long_text_max.
  std::string required_prose(std::string_view field, std::size_t max = long_text_max);
  std::optional<std::string> prose(std::string_view field, std::size_t max = long_text_max);
  std::string required_word(std::string_view field, std::span<std::string_view const> allowed);
  std::optional<std::string> word(std::string_view field,
                                  std::span<std::string_view const> allowed);
  std::optional<bool> boolean(std::string_view field);
  /// Limits are included in the range.
  std::optional<double> number(std::string_view field, double min, double max);
  /// A whole number; 5.0 is one, as JSON Schema has it.
  std::optional<std::int64_t> integer(std::string_view field, std::int64_t min, std::int64_t max);
  std::optional<Timestamp> time(std::string_view field);
  /// A UUID in its 36-character form.
  template <class IdType>
  std::optional<IdType> id(std::string_view field) {
    auto const uuid = this->uuid(field);
    return uuid ? std::optional<IdType>(IdType{*uuid}) : std::nullopt;
  }
  /// A free object kept as given, at most `max_bytes` as compact JSON text; NUL anywhere refused.
  std::optional<Value> object(std::string_view field,
                              std::size_t max_bytes = free_object_bytes_max);
  /// {system, id}
  std::optional<ExternalId> external_id(std::string_view field = "external_id");
  /// {kind, id, model?, prompt_version?, persona_version?}, the last three for bots only.
  std::optional<Agent> agent(std::string_view field = "agent");

  /// Calls `read` with a nested Reader, if the field is an object; absent and null are no error.
  /// Unknown fields of the nested object are recorded when `read` returns. Whether `read` was
  /// called.
  template <class Read>
  bool nested(std::string_view field, Read read) {
    Value const* value = nested_object(field);
    if (value == nullptr) return false;
    Reader inner(*value, pointer(field), errors_);
    read(inner);
    inner.note_unknown_fields();
    return true;
  }
  /// Calls `read` once per element, each an object. Records an error if the field is present and is
  /// no array, is longer than `max`, or shorter than `min`; an absent or null field is an error
  /// where `min` is not 0. Returns the number of elements, 0 when the list itself is refused.
  template <class Read>
  std::size_t each(std::string_view field, std::size_t min, std::size_t max, Read read) {
    Value const* list = array(field, min, max);
    if (list == nullptr) return 0;
    for (std::size_t i = 0; i < list->size(); ++i) {
      std::string const at = pointer(field) + "/" + std::to_string(i);
      Value const* item = element((*list)[i], at);
      if (item == nullptr) continue;
      Reader inner(*item, at, errors_);
      read(inner);
      inner.note_unknown_fields();
    }
    return list->size();
  }
  /// An array of short texts, none empty; absent and null give an empty list.
  std::vector<std::string> texts(std::string_view field, std::size_t max_items);
  /// An array of UUIDs in their 36-character form; absent and null give an empty list.
  template <class IdType>
  std::vector<IdType> ids(std::string_view field, std::size_t max_items) {
    std::vector<IdType> result;
    for (Uuid const& uuid : uuids(field, max_items)) result.push_back(IdType{uuid});
    return result;
  }

  /// Records an error of the caller's own, e.g. a rule over two fields.
  void fail(std::string_view field, std::string detail);
  /// The JSON Pointer of a field of this object.
  std::string pointer(std::string_view field) const;
  bool ok() const { return errors_->empty(); }
  /// Names unknown fields, then throws Error(invalid) if anything was recorded.
  void finish();

 private:
  Reader(Value const& object, std::string at, std::vector<FieldError>* errors);
  Value const* find(std::string_view field);  // present and not null; marks the field as known
  Value const* nested_object(std::string_view field);
  Value const* array(std::string_view field, std::size_t min, std::size_t max);
  Value const* element(Value const& item, std::string const& at);
  std::optional<Uuid> uuid(std::string_view field);
  std::vector<Uuid> uuids(std::string_view field, std::size_t max_items);
  std::optional<std::string> checked_text(std::string_view field, std::size_t max, bool multiline);
  std::string required_checked_text(std::string_view field, std::size_t max, bool multiline);
  void note_unknown_fields();
  void fail_at(std::string at, std::string detail);

  Value const& object_;
  std::string at_;
  std::vector<FieldError> own_errors_;
  std::vector<FieldError>* errors_;
  std::vector<std::string> known_;
};

/// Compact JSON text. Never throws: bytes that are no UTF-8 become U+FFFD.
std::string dump(Value const& value);
/// The value of {kind,id,…}; null for an agent without kind.
Value to_value(Agent const& agent);
/// Fields of an answer that may be absent: null for an empty text or optional.
Value or_null(std::string const& text);
Value or_null(std::optional<double> number);
Value or_null(std::optional<Timestamp> at);
Value or_null(std::optional<Agent> const& agent);
Value or_null(std::optional<ExternalId> const& external);
template <class Tag>
Value or_null(std::optional<Id<Tag>> const& id) {
  return id ? Value(id->str()) : Value();
}

}  // namespace throughline::json
