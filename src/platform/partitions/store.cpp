// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "throughline/platform/partitions.hpp"

namespace throughline::partitions {

constexpr std::string_view make_sql = "select throughline_make_partitions($1)";

std::vector<std::string> make_ahead(postgres::Tx& tx, Timestamp now) {
  std::vector<std::string> made;
  for (auto const row : tx.exec(make_sql, {now})) made.push_back(row[0].text());
  return made;
}

}  // namespace throughline::partitions
