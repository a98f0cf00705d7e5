// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What one I/O thread remembers of the cached reads it has named: a target that comes again needs
// neither be taken apart nor normalised (a phone number costs more than the whole answer).
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "platform/http/router.hpp"
#include "throughline/base/lru.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::http {

inline constexpr std::size_t recalled_max = 50'000;     // targets of one I/O thread
inline constexpr std::size_t recalled_bytes_max = 256;  // a longer target is named anew each time

/// Used by one thread. A name depends on the target, and on the tenant and its default region
/// alone (CachedRead::name), so what is remembered never grows old.
class Recall {
 public:
  struct Known {
    Entry const* entry;  // of the router, which outlives this
    std::string name;
  };

  /// Valid until the next keep().
  Known const* find(auth::Key const& key, std::string_view target) {
    return known_.find(Asked<std::string_view>{key.tenant, key.default_region, target});
  }
  void keep(auth::Key const& key, std::string_view target, Known known) {
    if (target.size() > recalled_bytes_max) return;
    known_.put({key.tenant, key.default_region, std::string(target)}, std::move(known), 1);
  }

 private:
  template <class Text>
  struct Asked {
    TenantId tenant;
    Text region;
    Text target;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(auto const& asked) const noexcept {
      return std::hash<std::string_view>{}(asked.target) ^ std::hash<TenantId>{}(asked.tenant) << 1;
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(auto const& a, auto const& b) const noexcept {
      return a.tenant == b.tenant && a.region == b.region && a.target == b.target;
    }
  };

  Lru<Asked<std::string>, Known, Hash, Equal> known_{recalled_max};
};

}  // namespace throughline::http
