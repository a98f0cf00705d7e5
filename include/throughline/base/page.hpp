// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Keyset paging: the same limits and the same opaque cursors for every list.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "throughline/base/ids.hpp"
#include "throughline/base/time.hpp"

namespace throughline {

inline constexpr std::size_t page_limit_default = 50;
inline constexpr std::size_t page_limit_max = 200;

/// What a caller asked for. `after` holds the sort keys of the last item already seen, in the
/// list's own order; empty for the first page.
struct PageRequest {
  std::size_t limit = page_limit_default;
  std::vector<std::string> after;
};

template <class T>
struct Page {
  std::vector<T> items;
  /// Sort keys of the last item when there is more behind it; empty at the end.
  std::vector<std::string> next;
};

/// A cursor is base64url text that binds sort keys to a tenant, a list and its filters, so that a
/// cursor is refused where it does not belong. It is no secret: every page is read under the
/// reader's own tenant whatever the cursor says.
/// `list` names the list and its filters, e.g. "cases?status=open". The keys are short texts
/// without control characters, together at most 3,000 bytes.
std::string encode_cursor(TenantId tenant, std::string_view list,
                          std::vector<std::string> const& keys);
/// nullopt for a cursor that is damaged or was made for another tenant, list or filter. A cursor
/// can be forged: the keys are well-formed UTF-8 without control characters, but count and form are
/// the caller's to check.
std::optional<std::vector<std::string>> decode_cursor(TenantId tenant, std::string_view list,
                                                      std::string_view cursor);

/// A page out of up to `limit` + 1 items as read; the one too many only tells that there is more.
template <class T, class KeysOf>
Page<T> cut(std::vector<T> items, std::size_t limit, KeysOf keys_of) {
  Page<T> page{std::move(items), {}};
  if (page.items.size() > limit) {
    page.items.resize(limit);
    page.next = keys_of(page.items.back());
  }
  return page;
}

/// Sort keys of the lists that run from the newest to the oldest, ties by id.
struct TimeKey {
  Timestamp at;
  Uuid id;
};
std::vector<std::string> to_keys(TimeKey const& key);
/// The key that the page's items stay below: on the first page one above them all. Throws
/// Error(invalid) naming ?cursor for keys that to_keys() did not write.
TimeKey below(PageRequest const& page);

}  // namespace throughline
