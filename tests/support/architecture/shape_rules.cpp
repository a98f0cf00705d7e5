// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "support/architecture/rules.hpp"

namespace throughline::tests::architecture {
namespace {

constexpr std::size_t file_lines_max = 500;  // SQL text not counted
constexpr std::size_t contract_lines_max = 300;
constexpr std::size_t readme_lines_max = 30;
constexpr std::size_t columns_max = 100;
constexpr std::size_t licence_lines = 5;  // within which both SPDX lines stand

bool is_prose(Source const& source) {
  return source.path.ends_with(".md");
}
bool is_yaml(Source const& source) {
  return source.path.ends_with(".yaml") || source.path.ends_with(".yml");
}

std::size_t lines_without_sql(Source const& source) {
  std::size_t lines = lines_of(source.text).size();
  for (SqlText const& sql : sql_of(source)) {
    lines -= static_cast<std::size_t>(std::count(sql.text.begin(), sql.text.end(), '\n'));
  }
  return lines;
}

void check_lengths(Source const& source, std::vector<Finding>& findings) {
  if (is_prose(source)) return;
  bool const contract = source.in("include/");
  std::size_t const most = contract ? contract_lines_max : file_lines_max;
  std::size_t const lines = source.path.ends_with(".sql") ? 0 : lines_without_sql(source);
  if (lines > most) {
    findings.push_back({source.path, lines, "more than " + std::to_string(most) + " lines"});
  }
  if (is_yaml(source)) return;
  std::size_t number = 0;
  for (std::string_view const line : lines_of(source.text)) {
    ++number;
    if (columns(line) <= columns_max) continue;
    findings.push_back(
        {source.path, number, "more than " + std::to_string(columns_max) + " columns"});
  }
}

void check_licence(Source const& source, std::vector<Finding>& findings) {
  if (is_prose(source)) return;
  std::string head;
  for (std::string_view const line : lines_of(source.text)) {
    head += std::string(line) + "\n";
    if (std::count(head.begin(), head.end(), '\n') == licence_lines) break;
  }
  std::string const spdx = "SPDX-";
  if (head.find(spdx + "FileCopyrightText: 2026 The Throughline authors\n") == std::string::npos ||
      head.find(spdx + "License-Identifier: Apache-2.0\n") == std::string::npos) {
    findings.push_back({source.path, 1, "the two SPDX lines are missing"});
  }
}

/// Marks of work left undone. Put together here so that this file is free of them.
std::array<std::string, 4> unfinished_words() {
  return {std::string("TO") + "DO", std::string("FIX") + "ME", std::string("XX") + "X",
          std::string("HA") + "CK"};
}

void check_unfinished(Source const& source, std::vector<Finding>& findings) {
  auto const is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  std::string_view const text = source.text;
  for (std::string const& word : unfinished_words()) {
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + 1)) {
      std::size_t const end = at + word.size();
      bool const whole =
          (at == 0 || !is_letter(text[at - 1])) && (end == text.size() || !is_letter(text[end]));
      if (whole) findings.push_back({source.path, line_at(text, at), "unfinished: " + word});
    }
  }
}

void check_name(Source const& source, std::vector<Finding>& findings) {
  if (!source.is_cpp()) return;
  std::string_view const stem = source.name().substr(0, source.name().find('.'));
  bool const snake = std::all_of(stem.begin(), stem.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!snake) findings.push_back({source.path, 0, "file names are snake_case"});
  static constexpr std::array<std::string_view, 4> vague{"util", "helper", "misc", "common"};
  for (std::string_view const word : vague) {
    if (source.path.find(word) == std::string::npos) continue;
    findings.push_back({source.path, 0, "a name that says nothing: " + std::string(word)});
  }
}

/// src/domain/notes/ of src/domain/notes/store.cpp; src/base/ of src/base/ids.cpp.
std::string module_folder(std::string_view path) {
  if (!path.starts_with("src/")) return "";
  bool const layered = path.starts_with("src/platform/") || path.starts_with("src/domain/");
  std::size_t slash = path.find('/', 4);
  if (layered && slash != std::string_view::npos) slash = path.find('/', slash + 1);
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash + 1));
}

void check_readmes(Tree const& tree, std::vector<Finding>& findings) {
  std::set<std::string> folders;
  std::map<std::string, std::size_t> readmes;
  for (Source const& source : tree) {
    std::string const folder = module_folder(source.path);
    if (folder.empty()) continue;
    if (source.is_cpp()) folders.insert(folder);
    if (source.path == folder + "README.md") readmes[folder] = lines_of(source.text).size();
  }
  for (std::string const& folder : folders) {
    std::string const path = folder + "README.md";
    auto const readme = readmes.find(folder);
    if (readme == readmes.end()) {
      findings.push_back({path, 0, "is missing"});
    } else if (readme->second > readme_lines_max) {
      findings.push_back(
          {path, readme->second, "more than " + std::to_string(readme_lines_max) + " lines"});
    }
  }
}

}  // namespace

std::vector<Finding> check_shape(Tree const& tree) {
  std::vector<Finding> findings;
  for (Source const& source : tree) {
    check_lengths(source, findings);
    check_licence(source, findings);
    check_unfinished(source, findings);
    check_name(source, findings);
  }
  check_readmes(tree, findings);
  return findings;
}

std::vector<Finding> check_exceptions(Tree const& tree) {
  static constexpr std::array<std::string_view, 4> rules{"json", "sql", "clock", "owner"};
  std::vector<Finding> findings;
  for (Tables::Exception const& exception : read_tables(tree).exceptions) {
    auto const complain = [&](std::string what) {
      findings.push_back({"docs/ARCHITECTURE.md", 0, exception.file + ": " + std::move(what)});
    };
    if (std::find(rules.begin(), rules.end(), exception.rule) == rules.end()) {
      complain("no rule '" + exception.rule + "'");
    }
    Tables only;
    only.exceptions = {exception};
    bool const used = std::any_of(tree.begin(), tree.end(), [&](Source const& source) {
      return only.excepts(exception.rule, source.path);
    });
    if (!used) complain("there is no such file");
  }
  return findings;
}

}  // namespace throughline::tests::architecture
