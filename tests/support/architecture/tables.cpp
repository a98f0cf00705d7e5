// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "support/architecture/rules.hpp"

namespace throughline::tests::architecture {
namespace {

std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  row.remove_prefix(1);
  while (!row.empty()) {
    std::size_t const end = row.find('|');
    if (end == std::string_view::npos) break;
    std::string_view cell = row.substr(0, end);
    std::size_t const from = std::min(cell.find_first_not_of(' '), cell.size());
    cell = cell.substr(from, cell.find_last_not_of(' ') + 1 - from);
    cells.emplace_back(cell);
    row.remove_prefix(end + 1);
  }
  return cells;
}

std::vector<std::string> quoted_words(std::string_view cell) {
  std::vector<std::string> words;
  for (std::size_t open = cell.find('`'); open != std::string_view::npos; open = cell.find('`')) {
    std::size_t const close = cell.find('`', open + 1);
    if (close == std::string_view::npos) break;
    words.emplace_back(cell.substr(open + 1, close - open - 1));
    cell.remove_prefix(close + 1);
  }
  return words;
}

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t const star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  std::string_view const head = pattern.substr(0, star);
  std::string_view const tail = pattern.substr(star + 1);
  return text.size() >= head.size() + tail.size() && text.starts_with(head) && text.ends_with(tail);
}

void add_row(Tables& tables, std::string_view table, std::vector<std::string> const& cells) {
  if (table == "## Allowed includes" && cells.size() == 3) {
    auto const names = quoted_words(cells[1]);
    auto const allowed = quoted_words(cells[2]);
    for (std::string const& name : names) {
      tables.modules[name] = {cells[0], {allowed.begin(), allowed.end()}};
    }
  } else if (table == "## Doors" && cells.size() == 2) {
    auto const modules = quoted_words(cells[1]);
    for (std::string const& prefix : quoted_words(cells[0])) {
      tables.doors.push_back({prefix, {modules.begin(), modules.end()}});
    }
  } else if (table == "## Named exceptions" && cells.size() == 3) {
    for (std::string const& file : quoted_words(cells[1])) {
      tables.exceptions.push_back({cells[0], file});
    }
  }
}

/// The longest known module that the name is, or begins with before an underscore.
std::optional<std::string> known_module(Tables const& tables, std::string_view name) {
  std::optional<std::string> found;
  for (auto const& [module, row] : tables.modules) {
    bool const same = name == module;
    bool const part_of = name.starts_with(module + "_");
    if ((same || part_of) && (!found || module.size() > found->size())) found = module;
  }
  return found;
}

}  // namespace

bool Tables::excepts(std::string_view rule, std::string_view path) const {
  return std::any_of(exceptions.begin(), exceptions.end(), [&](Exception const& exception) {
    return exception.rule == rule && matches(exception.file, path);
  });
}

Tables read_tables(Tree const& tree) {
  Tables tables;
  for (Source const& source : tree) {
    if (source.path != "docs/ARCHITECTURE.md") continue;
    std::string_view table;
    for (std::string_view const line : lines_of(source.text)) {
      if (line.starts_with("#")) table = line;
      if (line.starts_with("|")) add_row(tables, table, cells_of(line));
    }
  }
  return tables;
}

std::string module_of(Tables const& tables, std::string_view path) {
  if (path.starts_with("src/base/") || path.starts_with("include/throughline/base/")) return "base";
  if (path == "src/main.cpp" || path.starts_with("src/app/")) return "app";
  for (std::string_view const layer : {"platform/", "domain/"}) {
    std::string const contracts = "include/throughline/" + std::string(layer);
    std::string const sources = "src/" + std::string(layer);
    if (path.starts_with(contracts)) {
      std::string_view const name = path.substr(contracts.size());
      std::string_view const stem = name.substr(0, name.find('.'));
      return known_module(tables, stem).value_or(std::string(stem));
    }
    if (path.starts_with(sources)) {
      std::string_view const rest = path.substr(sources.size());
      return std::string(rest.substr(0, rest.find('/')));
    }
  }
  return "";
}

std::string to_string(std::vector<Finding> const& findings) {
  std::string text;
  for (Finding const& finding : findings) {
    text += "\n" + finding.path + ":" + std::to_string(finding.line) + ": " + finding.what;
  }
  return text;
}

}  // namespace throughline::tests::architecture
