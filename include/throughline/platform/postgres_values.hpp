// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What goes into a statement and what comes out of it: parameters and fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "throughline/base/ids.hpp"
#include "throughline/base/time.hpp"

namespace throughline::postgres {

/// One statement parameter, in PostgreSQL's text form. Built implicitly from what operations hold.
struct Param {
  std::optional<std::string> text;  // nullopt is NULL

  Param(std::nullptr_t) {}
  Param(std::string value) : text(std::move(value)) {}
  Param(std::string_view value) : text(value) {}
  Param(char const* value) : text(value) {}
  Param(bool value) : text(value ? "t" : "f") {}
  Param(int value) : text(std::to_string(value)) {}
  Param(std::int64_t value) : text(std::to_string(value)) {}
  Param(std::size_t value) : text(std::to_string(value)) {}
  Param(double value);
  Param(Timestamp value) : text(format_rfc3339(value)) {}
  Param(Uuid const& value) : text(to_string(value)) {}
  Param(TenantId value) : text(std::to_string(value.value)) {}
  template <class Tag>
  Param(Id<Tag> const& value) : text(to_string(value.value)) {}
  template <class T>
  Param(std::optional<T> const& value) {
    if (value) text = Param(*value).text;
  }
  /// A bytea.
  static Param bytes(std::span<std::uint8_t const> value);
  /// An array literal for $n::text[], $n::uuid[], $n::bigint[], $n::timestamptz[] and their like.
  /// NULL elements stay NULL.
  static Param array(std::span<Param const> items);
  template <class Range, class Project>
  static Param array_of(Range const& range, Project project) {
    std::vector<Param> items;
    for (auto const& item : range) items.push_back(Param(project(item)));
    return array(items);
  }
};

/// One field of a row; valid while its Row or Rows lives. The typed getters throw std::logic_error
/// on NULL or on a text that is no such value: a mismatch between SQL and C++ is a fault of ours.
class Field {
 public:
  Field(char const* data, std::size_t size, bool null) : data_(data), size_(size), null_(null) {}
  bool is_null() const { return null_; }
  std::string_view view() const;
  std::string text() const { return std::string(view()); }
  /// Empty for NULL.
  std::string text_or_empty() const { return null_ ? std::string() : text(); }
  std::optional<std::string> optional_text() const;
  bool boolean() const;
  std::int64_t integer() const;
  double real() const;
  std::optional<double> optional_real() const;
  Timestamp time() const;
  std::optional<Timestamp> optional_time() const;
  template <class IdType>
  IdType id() const {
    return IdType{uuid()};
  }
  template <class IdType>
  std::optional<IdType> optional_id() const {
    return null_ ? std::nullopt : std::optional<IdType>(IdType{uuid()});
  }

 private:
  Uuid uuid() const;
  char const* data_;
  std::size_t size_;
  bool null_;
};

}  // namespace throughline::postgres
