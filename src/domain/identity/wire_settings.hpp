// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The section `identity` of the settings in and out of JSON.
#pragma once

#include <string>
#include <string_view>

#include "domain/identity/effect.hpp"
#include "throughline/domain/identity_settings.hpp"

namespace throughline::identity {

/// What settings::Section asks for.
settings::Checked check_settings(std::string_view said);
/// Of what was checked before.
Settings parse_settings(std::string_view said);
std::string to_json(Effect const& effect);

}  // namespace throughline::identity
