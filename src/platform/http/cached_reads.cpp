// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/cached_reads.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "platform/http/conditional.hpp"
#include "throughline/base/broken.hpp"

namespace throughline::http {

namespace {

/// Under which the hint from a name that no document lists (a case) to its part is kept.
std::string part_hint(std::string const& name) {
  return "part of " + name;
}

std::string customer_name(CustomerId id) {
  return "customer:" + id.str();
}

bool is_version(std::string_view settings_name, std::int64_t version) {
  auto const number = settings_name.substr(cache::settings_prefix.size());
  std::int64_t named = 0;
  std::from_chars(number.data(), number.data() + number.size(), named);
  return named == version;
}

metrics::Counter reads_from(metrics::Registry& metrics, std::string const& who) {
  return metrics.counter("throughline_cached_reads_total",
                         "Reads that the cache may answer, by who answered.", {{"from", who}});
}

}  // namespace

bool Place::vouched_by(cache::Document const& document, std::string const& name,
                       std::int64_t settings_version) const {
  if (is_broken("hints")) return true;
  auto const& names = document.answers_for;
  if (document.is_old() || names.empty()) return false;
  if (names.front().starts_with(cache::settings_prefix) &&
      !is_version(names.front(), settings_version)) {
    return false;
  }
  return std::find(names.begin(), names.end(), part_name.empty() ? name : part_name) != names.end();
}

CachedReads::CachedReads(ApiParts const& parts, Crossing& over)
    : pool(parts.pool),
      flights(parts.flights),
      crossing(over),
      from_cache(reads_from(parts.metrics, "cache")),
      from_database(reads_from(parts.metrics, "database")),
      hints_(parts.hints),
      stores_(parts.stores) {
  for (std::size_t i = 0; i < stores_.size(); ++i) recalls_.push_back(std::make_unique<Recall>());
}

bool CachedReads::answer_at_once(ExchangePtr const& exchange, auth::Key const& key) {
  auto const& request = exchange->request;
  if (request.method != Method::get || !request.body.empty()) return false;
  auto const* const known = recall(exchange->thread()).find(key, request);
  if (known == nullptr || !key.scopes.allows(known->entry->route.scope)) return false;
  Place place;
  if (!locate(key.tenant, known->name, place)) return false;
  auto document = store(exchange->thread()).at_hand({key.tenant, place.root});
  if (!document || !place.vouched_by(*document, known->name, key.settings_version)) return false;
  from_cache.add();
  exchange->route = known->entry->route.pattern;
  exchange->tenant = key.tenant;
  exchange->key = key.id;
  exchange->answer(reply_with(std::get<CachedRead>(known->entry->route.handler), request, *known,
                              place.root, std::move(document)));
  return true;
}

bool CachedReads::locate(TenantId tenant, std::string const& name, Place& place) const {
  if (hints_.find(tenant, name, place.root)) return true;
  CustomerId part;
  if (!hints_.find(tenant, part_hint(name), part)) return false;
  place.part_name = customer_name(part);
  return hints_.find(tenant, place.part_name, place.root);
}

Place CachedReads::keep(TenantId tenant, std::string const& name, Resolved const& where) {
  Place place{where.root, where.part ? customer_name(*where.part) : std::string()};
  if (where.part) hints_.keep(tenant, part_hint(name), *where.part);
  hints_.keep(tenant, where.part ? place.part_name : name, where.root);
  return place;
}

namespace {

/// Under its own ETag, and without a body yet.
cache::DocumentPtr seen_as(View const& view, cache::Document const& document) {
  auto seen = std::make_shared<cache::Document>();
  seen->version = document.version;
  seen->etag = document.etag;
  seen->etag.insert(seen->etag.size() - 1, "-" + view.tag);
  return seen;
}

}  // namespace

Reply reply_with(CachedRead const& route, Request const& request, Recall::Known const& known,
                 CustomerId root, cache::DocumentPtr document) {
  Reply reply;
  reply.document = known.view ? seen_as(*known.view, *document) : document;
  if (known.view) reply.content_type = known.view->content_type;
  auto location = route.location ? route.location(known.name, root) : std::string();
  if (!location.empty()) std::move(reply).with("Content-Location", std::move(location));
  reply = unless_held(request, std::move(reply));
  if (known.view && reply.status == 200) {
    auto shown = std::make_shared<cache::Document>(*reply.document);
    shown->body = known.view->render(document->body);
    reply.document = std::move(shown);
  }
  return reply;
}

}  // namespace throughline::http
