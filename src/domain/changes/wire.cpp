// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/changes/wire.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "throughline/base/json.hpp"
#include "throughline/base/page.hpp"

namespace throughline::changes::wire {
namespace {

constexpr std::string_view cursor_list = "changes";

json::Value to_value(Item const& item) {
  json::Value actor{{"key_id", item.key.str()}};
  if (item.agent) actor["agent"] = json::to_value(*item.agent);
  json::Value event{{"specversion", "1.0"},
                    {"id", item.id.str()},
                    {"source", "/v1/changes"},
                    {"type", item.type},
                    {"time", format_rfc3339(item.at)},
                    {"subject", item.root.str()},
                    {"datacontenttype", "application/json"},
                    {"data",
                     {{"position", item.position},
                      {"customer_id", item.root.str()},
                      {"part_id", item.part.str()},
                      {"resource_id", to_string(item.resource)},
                      {"version", item.version},
                      {"fields", item.fields},
                      {"actor", std::move(actor)}}}};
  if (!item.traceparent.empty()) event["traceparent"] = item.traceparent;
  return event;
}

std::string listed_types() {
  std::string list;
  for (std::string_view const type : type_names()) {
    list += list.empty() ? "" : ", ";
    list += type;
  }
  return list;
}

}  // namespace

std::string write_cursor(TenantId tenant, std::int64_t position) {
  return encode_cursor(tenant, cursor_list, {std::to_string(position)});
}

std::optional<std::int64_t> find_position(TenantId tenant, std::string_view cursor) {
  auto const keys = decode_cursor(tenant, cursor_list, cursor);
  if (!keys || keys->size() != 1) return std::nullopt;
  std::string const& text = keys->front();
  auto const end = text.data() + text.size();
  std::int64_t position = 0;
  auto const read = std::from_chars(text.data(), end, position);
  if (read.ec != std::errc{} || read.ptr != end || position < 0) return std::nullopt;
  return position;
}

std::int64_t read_cursor(TenantId tenant, std::string_view cursor) {
  if (auto const position = find_position(tenant, cursor)) return *position;
  throw Error(std::vector<FieldError>{
      {"?cursor", "must be a next_cursor that this feed has given to this tenant"}});
}

std::vector<Type> read_types(std::string_view list) {
  std::vector<Type> types;
  while (true) {
    auto const comma = std::min(list.find(','), list.size());
    auto const type = parse_type(list.substr(0, comma));
    if (!type) {
      throw Error(std::vector<FieldError>{
          {"?types", "must be a comma-separated list of " + listed_types()}});
    }
    types.push_back(*type);
    if (comma == list.size()) return types;
    list.remove_prefix(comma + 1);
  }
}

std::string to_json(Item const& item) {
  return json::dump(to_value(item));
}

std::string to_json(Batch const& batch, TenantId tenant) {
  auto items = json::Value::array();
  for (Item const& item : batch.items) items.push_back(to_value(item));
  return json::dump({{"items", std::move(items)},
                     {"next_cursor", write_cursor(tenant, batch.next)},
                     {"has_more", batch.has_more}});
}

}  // namespace throughline::changes::wire
