// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/postgres/connections.hpp"
#include "throughline/base/error.hpp"
#include "throughline/platform/postgres_session.hpp"

namespace throughline::postgres {

struct Session::Impl {
  explicit Impl(PoolOptions const& options) : connection(connection_options(options)) {}
  Connection connection;
  bool lost = false;
};

Session::Session(PoolOptions const& options, std::chrono::milliseconds idle_max) {
  try {
    impl_ = std::make_unique<Impl>(options);
    impl_->connection.run("set idle_session_timeout = " + std::to_string(idle_max.count()));
  } catch (ConnectionLost const& failure) {
    throw Error(Code::unavailable, failure.what());
  }
}

Session::~Session() = default;

Rows Session::exec(std::string_view sql, std::initializer_list<Param> params) {
  try {
    return impl_->connection.exec(sql, std::span<Param const>(params.begin(), params.size()));
  } catch (ConnectionLost const& failure) {
    impl_->lost = true;
    throw Error(Code::unavailable, failure.what());
  }
}

bool Session::lost() const {
  return impl_->lost;
}

}  // namespace throughline::postgres
