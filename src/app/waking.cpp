// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/waking.hpp"

#include <sstream>
#include <utility>

#include "throughline/base/ids.hpp"
#include "throughline/base/time.hpp"

namespace throughline::app {

Waking::Waking(live::Hub& hub, http::Server& server, redis::Client* publisher)
    : hub_(hub),
      server_(server),
      publisher_(publisher),
      sender_(to_string(make_uuid7(SystemClock().now()))) {}

void Waking::committed(std::span<postgres::Touched const> roots) {
  std::set<TenantId> tenants;  // a batch has many roots, and mostly one tenant
  for (auto const& root : roots) tenants.insert(root.tenant);
  for (TenantId const tenant : tenants) hub_.wake(tenant);
  if (publisher_ == nullptr) return;
  {
    std::lock_guard const lock(mutex_);
    unpublished_.merge(tenants);
    if (std::exchange(publishing_, true)) return;
  }
  server_.post(io_thread, [self = shared_from_this()] { self->publish(); });
}

/// A message every so often at the most: what is committed meanwhile goes with the next.
void Waking::publish() {
  std::string message = sender_;
  {
    std::lock_guard const lock(mutex_);
    publishing_ = !unpublished_.empty();
    if (!publishing_) return;
    for (auto const& tenant : std::exchange(unpublished_, {}))
      message.append(" ").append(std::to_string(tenant.value));
  }
  publisher_->command({"PUBLISH", channel, message}, [](redis::Reply const&) {});
  server_.post_after(io_thread, live::wake_spacing, [weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->publish();
  });
}

void Waking::heard(std::string const& message) {
  std::istringstream words(message);
  std::string sender;
  words >> sender;
  if (sender == sender_) return;
  for (std::int32_t tenant = 0; words >> tenant;) hub_.wake(TenantId{tenant});
}

}  // namespace throughline::app
