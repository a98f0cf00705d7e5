// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The function library that runs inside Redis. Its name and its functions' names hold a hash of its
// text, so that versions of the program with different libraries share one Redis.
#pragma once

#include <string>

namespace throughline::cache {

struct Functions {
  std::string library;  // the text that FUNCTION LOAD takes
  std::string get;      // names for FCALL
  std::string fill;
  std::string invalidate;
  std::string grant;
};

Functions make_functions();

}  // namespace throughline::cache
