// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What both forms need to keep documents under roots: a hash of the key, a document's weight, and
// what is counted.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "throughline/platform/cache.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::cache {

struct KeyHash {
  std::size_t operator()(Key const& key) const noexcept {
    return std::hash<CustomerId>{}(key.root) ^ std::hash<TenantId>{}(key.tenant) << 1;
  }
};

/// What an entry weighs beside its texts: map node, list node, pointers, allocation heads.
inline constexpr std::size_t entry_overhead_bytes = 256;
inline constexpr std::size_t text_overhead_bytes = 48;
inline constexpr std::size_t bytes_per_shard_min = 1024 * 1024;

inline std::size_t weight(Document const& document) {
  std::size_t bytes = sizeof(Document) + document.etag.size() + document.body.size();
  for (auto const& name : document.answers_for) bytes += name.size() + text_overhead_bytes;
  return bytes;
}

/// The series of one form.
struct Meters {
  Meters(metrics::Registry& registry, std::string const& form)
      : hits(reads(registry, form, "hit")),
        misses(reads(registry, form, "miss")),
        busy(reads(registry, form, "busy")),
        away(reads(registry, form, "away")),
        kept(fills(registry, form, "kept")),
        refused(fills(registry, form, "refused")),
        invalidations(registry.counter("throughline_cache_invalidations_total",
                                       "Roots whose entries were invalidated.", {{"form", form}})) {
  }

  metrics::Counter hits, misses, busy, away;
  metrics::Counter kept, refused;
  metrics::Counter invalidations;

 private:
  static metrics::Counter reads(metrics::Registry& registry, std::string const& form,
                                std::string const& result) {
    return registry.counter("throughline_cache_reads_total", "Context cache reads by result.",
                            {{"form", form}, {"result", result}});
  }
  static metrics::Counter fills(metrics::Registry& registry, std::string const& form,
                                std::string const& result) {
    return registry.counter("throughline_cache_fills_total",
                            "Documents offered to the cache; refused where a write was faster.",
                            {{"form", form}, {"result", result}});
  }
};

}  // namespace throughline::cache
