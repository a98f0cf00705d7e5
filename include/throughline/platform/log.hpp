// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Structured logs: one JSON object a line on standard error. No line ever carries a name, an
// identifier's value or a text that a customer or agent wrote; ids of records are fine.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace throughline::log {

enum class Level { debug, info, warning, error };

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Thread-safe; writes through a bounded queue on a thread of its own and drops (and counts) lines
/// rather than hold up a request.
class Logger {
 public:
  /// `path` "-" is standard error, empty discards everything (tests); else lines are appended to
  /// that file. Throws std::runtime_error if it can't be opened.
  explicit Logger(std::string const& path = "-", Level least = Level::info);
  ~Logger();
  Logger(Logger const&) = delete;
  Logger& operator=(Logger const&) = delete;

  void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
  void info(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::info, event, fields);
  }
  void warning(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::warning, event, fields);
  }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) {
    write(Level::error, event, fields);
  }
  /// Lines that gave way to newer ones because the writing thread did not keep up.
  std::uint64_t dropped() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace throughline::log
