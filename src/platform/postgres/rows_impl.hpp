// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <utility>

#include "throughline/platform/postgres.hpp"

namespace throughline::postgres {

struct Rows::Impl {
  explicit Impl(std::shared_ptr<pg_result> from) : result(std::move(from)) {}
  std::shared_ptr<pg_result> result;
};

inline Rows rows_of(std::shared_ptr<pg_result> result) {
  return Rows(std::make_shared<Rows::Impl const>(std::move(result)));
}

}  // namespace throughline::postgres
