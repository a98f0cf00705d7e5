// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/shared_data.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace throughline::test {

std::string shared_data(std::string_view file) {
  char const* const chosen = std::getenv("THROUGHLINE_SHARED_DATA");
  std::filesystem::path const root =
      chosen != nullptr ? chosen : THROUGHLINE_SOURCE_DIR "/../shared/data";
  auto const path = root / file;
  if (!std::filesystem::exists(path)) {
    throw std::runtime_error("test data is missing: " + path.string() +
                             " (set THROUGHLINE_SHARED_DATA to the folder that holds it)");
  }
  return path.string();
}

std::vector<std::vector<std::string>> read_tsv(std::string_view file, std::size_t columns) {
  std::ifstream in(shared_data(file));
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.starts_with("# ")) continue;
    std::vector<std::string> row;
    for (std::size_t start = 0; start <= line.size();) {
      auto const tab = std::min(line.find('\t', start), line.size());
      row.push_back(line.substr(start, tab - start));
      start = tab + 1;
    }
    row.resize(std::max(row.size(), columns));
    rows.push_back(std::move(row));
  }
  if (rows.empty()) throw std::runtime_error("test data is empty: " + std::string(file));
  return rows;
}

}  // namespace throughline::test
