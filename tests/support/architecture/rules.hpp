// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The rules of docs/ARCHITECTURE.md as functions over a tree of sources, which tests make up to see
// each rule catch what it is for. A rule returns what it found wrong; nothing is good.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/architecture/source.hpp"

namespace throughline::tests::architecture {

struct Finding {
  std::string path;
  std::size_t line = 0;
  std::string what;
};
std::string to_string(std::vector<Finding> const& findings);

/// The tables of docs/ARCHITECTURE.md.
struct Tables {
  struct Module {
    std::string layer;
    std::set<std::string> may_include;
  };
  struct Door {
    std::string prefix;
    std::set<std::string> modules;
  };
  struct Exception {
    std::string rule;
    std::string file;  // one `*` stands for anything
  };
  std::map<std::string, Module> modules;
  std::vector<Door> doors;
  std::vector<Exception> exceptions;

  bool excepts(std::string_view rule, std::string_view path) const;
};
Tables read_tables(std::vector<Source> const& tree);

/// The module a source belongs to; "app" for the assembly; empty for what is no part of the
/// program.
std::string module_of(Tables const& tables, std::string_view path);

using Tree = std::vector<Source>;

/// Includes follow the table; private headers stay in their folder; the table has no circles and
/// goes down the layers; every module of the sources stands in it.
std::vector<Finding> check_includes(Tree const& tree);
/// Libraries are included only behind their door.
std::vector<Finding> check_doors(Tree const& tree);
/// JSON headers only in wire*.cpp; rule name "json".
std::vector<Finding> check_json(Tree const& tree);
/// SQL only in store*.cpp and platform/postgres; rule name "sql".
std::vector<Finding> check_sql(Tree const& tree);
/// No SQL reads a clock; rule name "clock".
std::vector<Finding> check_clock(Tree const& tree);
/// A table is written by the module whose migration creates it; rule name "owner".
std::vector<Finding> check_owners(Tree const& tree);
/// Every route has its OpenAPI path and method, and the reverse.
std::vector<Finding> check_routes(Tree const& tree);
/// Lengths of files and lines, SPDX lines, unfinished work, module READMEs, names.
std::vector<Finding> check_shape(Tree const& tree);
/// An exception that no file needs any more, or that names no rule.
std::vector<Finding> check_exceptions(Tree const& tree);

}  // namespace throughline::tests::architecture
