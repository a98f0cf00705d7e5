// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>

#include "support/architecture/rules.hpp"

namespace throughline::tests::architecture {
namespace {

constexpr std::string_view migrations = "migrations/";

/// migrations/0011_notes.sql belongs to notes.
std::string owner_by_name(Source const& source) {
  if (!source.in(migrations)) return "";
  std::string_view name = source.name();
  name.remove_prefix(std::min(name.find('_') + 1, name.size()));
  return std::string(name.substr(0, name.find('.')));
}

std::string writer(Tables const& tables, Source const& source) {
  return source.in(migrations) ? owner_by_name(source) : module_of(tables, source.path);
}

/// A name, its schema and quotes left out; what follows the optional words.
std::string name_after(std::vector<SqlWord> const& words, std::size_t i) {
  static constexpr std::array<std::string_view, 5> optional{"only", "if", "not", "exists", "\""};
  while (i < words.size() &&
         std::find(optional.begin(), optional.end(), words[i].text) != optional.end()) {
    ++i;
  }
  if (i + 2 < words.size() && words[i + 1].text == ".") i += 2;
  return i < words.size() ? words[i].text : "";
}

struct Access {
  std::string table;
  std::size_t line;
  bool creates;
};

/// The statement that begins at this word, if it writes or creates a table.
std::optional<Access> access_at(std::vector<SqlWord> const& words, std::size_t i) {
  auto const is = [&](std::size_t at, std::string_view text) {
    return at < words.size() && words[at].text == text;
  };
  auto const after = [&](std::size_t at, bool creates) {
    return Access{name_after(words, at), words[i].line, creates};
  };
  bool const creating = is(i, "create");
  if (creating && is(i + 1, "table")) return after(i + 2, true);
  if (creating && is(i + 1, "unlogged") && is(i + 2, "table")) return after(i + 3, true);
  if ((is(i, "insert") || is(i, "merge")) && is(i + 1, "into")) return after(i + 2, false);
  if (is(i, "delete") && is(i + 1, "from")) return after(i + 2, false);
  if ((is(i, "alter") || is(i, "drop")) && is(i + 1, "table")) return after(i + 2, false);
  if (is(i, "truncate")) return after(i + (is(i + 1, "table") ? 2 : 1), false);
  // "for update", "for no key update" lock; "do update" and "on update" belong to another
  // statement.
  bool const begins =
      i == 0 || !(is(i - 1, "for") || is(i - 1, "key") || is(i - 1, "do") || is(i - 1, "on"));
  if (is(i, "update") && begins) return after(i + 1, false);
  return std::nullopt;
}

std::map<std::string, std::string> table_owners(Tables const& tables, Tree const& tree) {
  std::map<std::string, std::string> owners;
  for (Source const& source : tree) {
    std::string const module = writer(tables, source);
    if (module.empty()) continue;
    for (SqlText const& sql : sql_of(source)) {
      std::vector<SqlWord> const words = sql_words(sql);
      for (std::size_t i = 0; i < words.size(); ++i) {
        auto const access = access_at(words, i);
        if (access && access->creates) owners.emplace(access->table, module);
      }
    }
  }
  return owners;
}

bool reads_clock(std::vector<SqlWord> const& words, std::size_t i) {
  static constexpr std::array<std::string_view, 5> always{
      "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"};
  static constexpr std::array<std::string_view, 5> functions{
      "now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday"};
  std::string const& word = words[i].text;
  if (std::find(always.begin(), always.end(), word) != always.end()) return true;
  bool const called = i + 1 < words.size() && words[i + 1].text == "(";
  return called && std::find(functions.begin(), functions.end(), word) != functions.end();
}

}  // namespace

std::vector<Finding> check_sql(Tree const& tree) {
  Tables const tables = read_tables(tree);
  std::vector<Finding> findings;
  for (Source const& source : tree) {
    if (!source.is_cpp() || module_of(tables, source.path).empty()) continue;
    bool const store = source.name().starts_with("store") && source.path.ends_with(".cpp");
    if (store || source.in("src/platform/postgres/")) continue;
    if (tables.excepts("sql", source.path)) continue;
    for (SqlText const& sql : sql_of(source)) {
      findings.push_back({source.path, sql.line, "SQL belongs in store*.cpp"});
    }
  }
  return findings;
}

std::vector<Finding> check_clock(Tree const& tree) {
  Tables const tables = read_tables(tree);
  std::vector<Finding> findings;
  for (Source const& source : tree) {
    if (writer(tables, source).empty() || tables.excepts("clock", source.path)) continue;
    for (SqlText const& sql : sql_of(source)) {
      std::vector<SqlWord> const words = sql_words(sql);
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (!reads_clock(words, i)) continue;
        findings.push_back(
            {source.path, words[i].line, words[i].text + " in SQL: time is a parameter"});
      }
    }
  }
  return findings;
}

std::vector<Finding> check_owners(Tree const& tree) {
  Tables const tables = read_tables(tree);
  auto const owners = table_owners(tables, tree);
  std::vector<Finding> findings;
  for (Source const& source : tree) {
    std::string const module = writer(tables, source);
    if (module.empty() || tables.excepts("owner", source.path)) continue;
    for (SqlText const& sql : sql_of(source)) {
      std::vector<SqlWord> const words = sql_words(sql);
      for (std::size_t i = 0; i < words.size(); ++i) {
        auto const access = access_at(words, i);
        if (!access) continue;
        auto const owner = owners.find(access->table);
        if (owner == owners.end() || owner->second == module) continue;
        findings.push_back(
            {source.path, access->line,
             module + " writes " + access->table + ", which is " + owner->second + "'s"});
      }
    }
  }
  return findings;
}

}  // namespace throughline::tests::architecture
