// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "support/architecture/rules.hpp"

namespace throughline::tests::architecture {
namespace {

struct Operation {
  std::string method;  // "get"
  std::string path;
  bool operator<(Operation const& other) const {
    return std::pair(path, method) < std::pair(other.path, other.method);
  }
};
struct Place {
  std::string path;
  std::size_t line;
};
using Operations = std::map<Operation, Place>;

constexpr std::array<std::string_view, 6> methods{"get",   "post",   "put",
                                                  "patch", "delete", "options"};

/// The constant's literal in the same file: path = "/v1/cases", path[] = …, path{…}.
std::string constant(Cpp const& cpp, std::string_view name) {
  for (Literal const& literal : cpp.literals) {
    std::string_view before = std::string_view(cpp.code).substr(0, literal.offset);
    before = before.substr(0, before.find_last_not_of(" \n={([]") + 1);
    if (!name.empty() && before.ends_with(" " + std::string(name))) return literal.text;
  }
  return "";
}

std::string literal_at(Cpp const& cpp, std::size_t offset) {
  for (Literal const& literal : cpp.literals) {
    if (literal.offset == offset) return literal.text;
  }
  return "";
}

/// The method and path of an entry like {http::Method::post, "/v1/cases", …} that opens here; the
/// path may be a constant of the same file. No method: this is no entry.
Operation entry_at(Cpp const& cpp, std::size_t brace) {
  static constexpr std::string_view blank = " \n";
  static constexpr std::string_view word = "abcdefghijklmnopqrstuvwxyz_";
  std::string_view const code = cpp.code;
  std::size_t const comma = code.find(',', brace);
  if (comma == std::string_view::npos) return {};
  std::string_view name = code.substr(brace + 1, comma - brace - 1);
  name.remove_prefix(std::min(name.find_first_not_of(blank), name.size()));
  for (std::string_view const qualifier : {"http::", "Method::"}) {
    if (name.starts_with(qualifier)) name.remove_prefix(qualifier.size());
  }
  if (name == "del") name = "delete";
  if (std::find(methods.begin(), methods.end(), name) == methods.end()) return {};
  std::string path;
  for (std::size_t i = comma + 1; i < code.size() && path.empty(); ++i) {
    path = literal_at(cpp, i);
    if (!path.empty() || blank.find(code[i]) != std::string_view::npos) continue;
    path = constant(cpp, code.substr(i, code.find_first_not_of(word, i) - i));
    break;
  }
  return {std::string(name), path};
}

Operations routes_of(Tree const& tree, std::vector<Finding>& findings) {
  Operations routes;
  for (Source const& source : tree) {
    if (!source.is_cpp() || !source.in("src/")) continue;
    std::size_t found = 0;
    for (std::size_t i = 0; i < source.cpp.code.size(); ++i) {
      if (source.cpp.code[i] != '{') continue;
      Operation operation = entry_at(source.cpp, i);
      if (!operation.path.starts_with("/")) continue;
      routes[std::move(operation)] = {source.path, line_at(source.text, i)};
      ++found;
    }
    if (found == 0 && source.name() == "routes.cpp") {
      findings.push_back({source.path, 0, "routes are written {Method::post, \"/v1/…\", …}"});
    }
  }
  return routes;
}

/// openapi/paths/*.yaml: paths at the margin, methods one step in.
Operations documented(Tree const& tree) {
  Operations found;
  for (Source const& source : tree) {
    if (!source.in("openapi/paths/")) continue;
    std::string path;
    std::size_t number = 0;
    for (std::string_view const line : lines_of(source.text)) {
      ++number;
      std::string_view const key = line.substr(0, line.find(':'));
      if (line.starts_with("/")) path = std::string(key);
      if (!line.starts_with("  ") || key.size() < 3 || key[2] == ' ') continue;
      if (std::find(methods.begin(), methods.end(), key.substr(2)) == methods.end()) continue;
      found[{std::string(key.substr(2)), path}] = {source.path, number};
    }
  }
  return found;
}

}  // namespace

std::vector<Finding> check_routes(Tree const& tree) {
  std::vector<Finding> findings;
  Operations const routes = routes_of(tree, findings);
  Operations const paths = documented(tree);
  for (auto const& [operation, place] : routes) {
    if (paths.contains(operation)) continue;
    findings.push_back({place.path, place.line,
                        operation.method + " " + operation.path + " is not in openapi/paths/"});
  }
  for (auto const& [operation, place] : paths) {
    if (routes.contains(operation)) continue;
    findings.push_back(
        {place.path, place.line, operation.method + " " + operation.path + " is no route"});
  }
  return findings;
}

}  // namespace throughline::tests::architecture
