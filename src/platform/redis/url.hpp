// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a Redis is and how to log in to it: what redis::Options::url says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace throughline::redis {

struct Url {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 6379;
  std::string user;      // empty: the default user
  std::string password;  // empty: none is asked
  std::uint32_t database = 0;
};

/// Reads redis://[[user]:password@]host[:port][/database]; user and password may be
/// percent-encoded, an IPv6 address stands in brackets. Throws std::invalid_argument saying what is
/// wrong, without repeating the URL, which may hold a password.
Url parse_url(std::string_view text);

}  // namespace throughline::redis
