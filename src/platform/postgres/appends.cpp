// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/postgres/appends.hpp"

#include <charconv>
#include <iterator>
#include <utility>

namespace throughline::postgres {
namespace {

constexpr std::string_view with = "with ";

/// Every $n as $(n + offset). The statements are this program's own and hold no other dollar.
std::string renumbered(std::string_view sql, std::size_t offset) {
  std::string result;
  result.reserve(sql.size() + 16);
  for (auto dollar = sql.find('$'); dollar != std::string_view::npos; dollar = sql.find('$')) {
    std::size_t number = 0;
    auto const* const digits = sql.data() + dollar + 1;
    auto const end = std::from_chars(digits, sql.data() + sql.size(), number).ptr;
    result.append(sql.substr(0, dollar + 1)).append(std::to_string(number + offset));
    sql.remove_prefix(static_cast<std::size_t>(end - sql.data()));
  }
  return result.append(sql);
}

std::string_view without_indent(std::string_view sql) {
  return sql.substr(std::min(sql.find_first_not_of(" \n"), sql.size()));
}

}  // namespace

bool Appends::add(std::string_view sql, std::vector<Param>& params) {
  sql = without_indent(sql);
  bool const leads = sql.starts_with(with);
  if (leads && !leading_.empty()) return false;
  if (leads) sql.remove_prefix(with.size());
  auto text = renumbered(sql, params_.size());
  if (leads) {
    leading_ = std::move(text);
  } else {
    plain_.push_back(std::move(text));
  }
  std::move(params.begin(), params.end(), std::back_inserter(params_));
  return true;
}

Appends::Fused Appends::take() {
  std::string last = std::exchange(leading_, {});
  if (last.empty()) {
    last = std::move(plain_.back());
    plain_.pop_back();
    if (!plain_.empty()) last.insert(0, " ");
  } else if (!plain_.empty()) {
    last.insert(0, ", ");
  } else {
    last.insert(0, with);
  }
  std::string sql;
  for (std::size_t i = 0; i < plain_.size(); ++i) {
    sql.append(i == 0 ? "with " : ", ").append("appended_").append(std::to_string(i));
    sql.append(" as (").append(plain_[i]).append(")");
  }
  plain_.clear();
  return {sql.append(last), std::exchange(params_, {})};
}

}  // namespace throughline::postgres
