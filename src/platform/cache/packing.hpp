// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What an entry in Redis says beside its body: the field `i`, ETag and names, packed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "throughline/platform/cache.hpp"

namespace throughline::cache {

/// "<length>:<text>" for the ETag and each name; texts may hold any bytes.
std::string pack(Document const& document);
/// The document of what Redis holds; nullptr if that is not what pack() and fill() make.
DocumentPtr unpack(std::string_view version, std::string_view packed, std::string body);

}  // namespace throughline::cache
