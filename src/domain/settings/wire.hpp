// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Sections in and out of JSON.
#pragma once

#include <string>
#include <string_view>

#include "throughline/domain/settings.hpp"

namespace throughline::settings {

/// A patch must be an object; throws Error as json::parse_object does.
void check_object(std::string_view patch);
/// A patch as RFC 7396 has it, in two steps: laid over what was said with its nulls kept, so that
/// members which nobody knows are still there to be named; then the nulls go.
std::string overlaid(std::string_view said, std::string_view patch);
std::string without_nulls(std::string_view said);
bool equal(std::string_view one, std::string_view other);

/// The tenant's region as a member of what was said, and out of it again (empty: none).
std::string with_region(std::string_view said, std::string const& region);
struct Parted {
  std::string said;
  std::string region;
};
Parted without_region(std::string_view said);

std::string to_json(Shown const& shown);
/// The members that make it a dry run's answer are added.
std::string tried_json(Shown const& shown);

}  // namespace throughline::settings
