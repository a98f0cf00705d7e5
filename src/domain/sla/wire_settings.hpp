// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The section `sla` of the settings in and out of JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/sla/book.hpp"
#include "throughline/domain/settings.hpp"

namespace throughline::sla::wire {

/// What settings::Section asks for.
settings::Checked check_settings(std::string_view said);
/// Of what was checked before.
Book parse_book(std::int64_t version, std::string said);

}  // namespace throughline::sla::wire
