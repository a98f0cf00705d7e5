// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include "platform/cache/sharded.hpp"
#include "throughline/base/lru.hpp"
#include "throughline/platform/cache.hpp"

namespace throughline::cache {

namespace {

constexpr std::size_t hints_per_shard_min = 1024;

struct Name {
  TenantId tenant;
  std::string text;
};
/// A Name without a string of its own, for looking up.
struct NameView {
  TenantId tenant;
  std::string_view text;
};
NameView view(Name const& name) {
  return {name.tenant, name.text};
}
NameView view(NameView const& name) {
  return name;
}

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(auto const& name) const noexcept {
    auto const viewed = view(name);
    return std::hash<std::string_view>{}(viewed.text) ^ std::hash<TenantId>{}(viewed.tenant) << 1;
  }
};
struct NameEqual {
  using is_transparent = void;
  bool operator()(auto const& a, auto const& b) const noexcept {
    auto const left = view(a);
    auto const right = view(b);
    return left.tenant == right.tenant && left.text == right.text;
  }
};

using Names = Lru<Name, CustomerId, NameHash, NameEqual>;

}  // namespace

struct Hints::Impl {
  explicit Impl(std::size_t entries_max)
      : shards(shards_for(entries_max, hints_per_shard_min),
               entries_max / shards_for(entries_max, hints_per_shard_min)) {}
  Sharded<Names> shards;
};

Hints::Hints(std::size_t entries_max) : impl_(std::make_unique<Impl>(entries_max)) {}
Hints::~Hints() = default;

bool Hints::find(TenantId tenant, std::string const& name, CustomerId& root) const {
  NameView const asked{tenant, name};
  return impl_->shards.with(NameHash{}(asked), [&](Names& names) {
    CustomerId const* const found = names.find(asked);
    if (found == nullptr) return false;
    root = *found;
    return true;
  });
}

void Hints::keep(TenantId tenant, std::string const& name, CustomerId root) {
  Name kept{tenant, name};
  impl_->shards.with(NameHash{}(kept), [&](Names& names) { names.put(kept, root, 1); });
}

}  // namespace throughline::cache
