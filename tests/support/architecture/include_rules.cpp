// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>

#include "support/architecture/rules.hpp"

namespace throughline::tests::architecture {
namespace {

int height(std::string_view layer) {
  if (layer == "base") return 0;
  if (layer == "platform") return 1;
  return 2;
}

/// The table itself: known names, down the layers, no circles.
void check_table(Tables const& tables, std::vector<Finding>& findings) {
  auto const complain = [&](std::string what) {
    findings.push_back({"docs/ARCHITECTURE.md", 0, std::move(what)});
  };
  if (tables.modules.empty()) complain("no table of allowed includes");
  for (auto const& [name, module] : tables.modules) {
    for (std::string const& other : module.may_include) {
      auto const found = tables.modules.find(other);
      if (found == tables.modules.end()) {
        complain(name + " may include " + other + ", which has no row");
      } else if (height(found->second.layer) > height(module.layer)) {
        complain(name + " may include " + other + ", which lies above it");
      }
    }
  }
  std::set<std::string> done;
  std::vector<std::string> open;
  std::function<void(std::string const&)> const visit = [&](std::string const& name) {
    if (std::find(open.begin(), open.end(), name) != open.end()) {
      return complain("a circle through " + name);
    }
    if (done.contains(name) || !tables.modules.contains(name)) return;
    open.push_back(name);
    for (std::string const& other : tables.modules.at(name).may_include) visit(other);
    open.pop_back();
    done.insert(name);
  };
  for (auto const& [name, module] : tables.modules) visit(name);
}

/// Where a quoted include leads: a contract, or a header of this program's own folders.
std::string resolve(Source const& source, Include const& include, Tree const& tree) {
  if (include.target.starts_with("throughline/")) return "include/" + include.target;
  auto const exists = [&](std::string const& path) {
    return std::any_of(tree.begin(), tree.end(),
                       [&](Source const& other) { return other.path == path; });
  };
  std::string const beside = std::string(source.folder()) + include.target;
  if (exists(beside)) return beside;
  return "src/" + include.target;
}

}  // namespace

std::vector<Finding> check_includes(Tree const& tree) {
  Tables const tables = read_tables(tree);
  std::vector<Finding> findings;
  check_table(tables, findings);
  for (Source const& source : tree) {
    std::string const from = module_of(tables, source.path);
    if (!source.is_cpp() || from.empty()) continue;
    auto const row = tables.modules.find(from);
    if (from != "app" && row == tables.modules.end()) {
      findings.push_back({source.path, 0, "module " + from + " has no row in the table"});
      continue;
    }
    for (Include const& include : source.cpp.includes) {
      if (!include.quoted && !include.target.starts_with("throughline/")) continue;
      std::string const target = resolve(source, include, tree);
      std::string const to = module_of(tables, target);
      if (to == from) continue;
      if (!target.starts_with("include/")) {
        findings.push_back({source.path, include.line, target + " is private to its folder"});
      } else if (from != "app" && !row->second.may_include.contains(to)) {
        findings.push_back({source.path, include.line, from + " may not include " + to});
      }
    }
  }
  return findings;
}

std::vector<Finding> check_doors(Tree const& tree) {
  Tables const tables = read_tables(tree);
  std::vector<Finding> findings;
  if (tables.doors.empty()) findings.push_back({"docs/ARCHITECTURE.md", 0, "no table of doors"});
  for (Source const& source : tree) {
    std::string const module = module_of(tables, source.path);
    if (!source.is_cpp() || module.empty()) continue;
    for (Include const& include : source.cpp.includes) {
      for (Tables::Door const& door : tables.doors) {
        bool const contract = source.in("include/");
        if (!include.target.starts_with(door.prefix)) continue;
        if (contract || !door.modules.contains(module)) {
          findings.push_back(
              {source.path, include.line, include.target + " stays behind its door"});
        }
      }
    }
  }
  return findings;
}

std::vector<Finding> check_json(Tree const& tree) {
  Tables const tables = read_tables(tree);
  std::vector<Finding> findings;
  for (Source const& source : tree) {
    if (!source.is_cpp() || module_of(tables, source.path).empty()) continue;
    bool const wire = source.name().starts_with("wire") && source.path.ends_with(".cpp");
    if (wire || tables.excepts("json", source.path)) continue;
    for (Include const& include : source.cpp.includes) {
      if (include.target.starts_with("nlohmann/") ||
          include.target == "throughline/base/json.hpp") {
        findings.push_back({source.path, include.line, "JSON belongs in wire*.cpp"});
      }
    }
  }
  return findings;
}

}  // namespace throughline::tests::architecture
