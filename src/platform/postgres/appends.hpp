// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Inserts that travel as one statement, because each statement of its own costs a single client
// about as much as the rows it writes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "throughline/platform/postgres_values.hpp"

namespace throughline::postgres {

class Appends {
 public:
  /// False if it has to wait for the next statement: only one of those that travel together may
  /// begin with WITH.
  bool add(std::string_view sql, std::vector<Param>& params);
  bool empty() const { return plain_.empty() && leading_.empty(); }

  struct Fused {
    std::string sql;
    std::vector<Param> params;
  };
  /// All of them as one, and begins anew.
  Fused take();

 private:
  std::vector<std::string> plain_;  // each with its parameters numbered as in params_
  std::string leading_;             // the one that begins with WITH, without that word
  std::vector<Param> params_;
};

}  // namespace throughline::postgres
