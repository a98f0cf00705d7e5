// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Data that tests read from beside the repository (../shared/data) and that is never part of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace throughline::test {

/// The path of a file below ../shared/data, or below THROUGHLINE_SHARED_DATA where that is set.
/// Throws, naming path and remedy, when the file is not there.
std::string shared_data(std::string_view file);

/// The rows of a tab-separated file, without its heading ("# …"), each filled up to `columns`.
std::vector<std::vector<std::string>> read_tsv(std::string_view file, std::size_t columns);

}  // namespace throughline::test
