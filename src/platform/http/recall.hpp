// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What one I/O thread remembers of the cached reads it has named: a target that comes again needs
// neither be taken apart nor normalised (a phone number costs more than the whole answer).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "platform/http/router.hpp"
#include "throughline/base/lru.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::http {

inline constexpr std::size_t recalled_max = 50'000;     // targets of one I/O thread
inline constexpr std::size_t recalled_bytes_max = 512;  // a longer one is named anew each time

/// Used by one thread. Name and view depend on the target, the Accept header, the tenant and its
/// default region alone (CachedRead), so what is remembered never grows old.
class Recall {
 public:
  struct Known {
    Entry const* entry;  // of the router, which outlives this
    std::string name;
    std::shared_ptr<View const> view;
  };

  /// Valid until the next keep().
  Known const* find(auth::Key const& key, Request const& request) {
    return known_.find(Asked<std::string_view>{key.tenant, key.default_region, request.target,
                                               request.header("accept")});
  }
  void keep(auth::Key const& key, Request const& request, Known known) {
    auto const accept = request.header("accept");
    if (request.target.size() + accept.size() > recalled_bytes_max) return;
    known_.put({key.tenant, key.default_region, request.target, std::string(accept)},
               std::move(known), 1);
  }

 private:
  template <class Text>
  struct Asked {
    TenantId tenant;
    Text region;
    Text target;
    Text accept;
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
      return a.tenant == b.tenant && a.region == b.region && a.target == b.target &&
             a.accept == b.accept;
    }
  };

  Lru<Asked<std::string>, Known, Hash, Equal> known_{recalled_max};
};

}  // namespace throughline::http
