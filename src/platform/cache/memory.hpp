// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "throughline/platform/cache.hpp"

namespace throughline::cache {

/// Drops every document, floor and fill token: the lease that they were kept under is gone.
void forget_all(MemoryEntries& entries);

}  // namespace throughline::cache
