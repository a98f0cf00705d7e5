// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Sources as the architecture test sees them: just enough of C++ and SQL to tell code from
// comments, string literals from code, and one SQL word from the next.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace throughline::tests::architecture {

struct Literal {
  std::string text;       // adjacent literals are one
  std::string delimiter;  // of a raw string: "sql" in R"sql(
  std::size_t offset = 0;
  std::size_t end = 0;
  std::size_t line = 0;  // from 1
};

struct Include {
  std::string target;
  bool quoted = false;
  std::size_t line = 0;
};

struct Cpp {
  std::string code;  // as long as the text; comments, literals and includes are blanks
  std::vector<Literal> literals;
  std::vector<Include> includes;
};
Cpp parse_cpp(std::string_view text);

/// One file, its path relative to the root with forward slashes.
struct Source {
  Source(std::string path, std::string text);
  std::string path;
  std::string text;
  Cpp cpp;  // empty unless is_cpp()

  bool is_cpp() const { return path.ends_with(".cpp") || path.ends_with(".hpp"); }
  bool in(std::string_view folder) const { return path.starts_with(folder); }
  std::string_view name() const;
  std::string_view folder() const;  // with the last slash
};

/// What is kept under version control, as far as the rules look at it.
std::vector<Source> read_tree(std::filesystem::path const& root);

std::vector<std::string_view> lines_of(std::string_view text);
std::size_t line_at(std::string_view text, std::size_t offset);
/// Unicode code points of UTF-8 text.
std::size_t columns(std::string_view line);

struct SqlText {
  std::string text;
  std::size_t line = 0;
};
/// The SQL in a file: the whole of a .sql file, or those literals that are SQL.
std::vector<SqlText> sql_of(Source const& source);

struct SqlWord {
  std::string text;  // lower case; punctuation is one character a word
  std::size_t line = 0;
};
/// Without comments and quoted strings; dollar-quoted bodies are read as SQL.
std::vector<SqlWord> sql_words(SqlText const& sql);

}  // namespace throughline::tests::architecture
