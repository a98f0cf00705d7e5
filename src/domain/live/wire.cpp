// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/live/wire.hpp"

#include <algorithm>
#include <random>

#include "throughline/base/json.hpp"
#include "throughline/base/text.hpp"
#include "throughline/domain/live.hpp"

namespace throughline::live::wire {
namespace {

// Between these a reader waits before it comes back: those cut together must not come together.
constexpr int retry_ms_min = 500;
constexpr int retry_ms_max = 2000;

std::string event(std::string_view cursor, std::string_view type, std::string_view data) {
  std::string text;
  text.reserve(cursor.size() + type.size() + data.size() + 32);
  if (!cursor.empty()) text.append("id: ").append(cursor).append("\n");
  text.append("event: ").append(type).append("\ndata: ").append(data).append("\n\n");
  return text;
}

std::string retry() {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<int> delay(retry_ms_min, retry_ms_max);
  return "retry: " + std::to_string(delay(random)) + "\n";
}

bool is_queue_name(std::string_view name) {
  return !name.empty() && name.size() <= json::short_text_max && is_utf8(name) &&
         !has_control(name);
}

template <class Item, class Read>
std::vector<Item> read_list(std::string const& text, std::size_t most, std::string_view pointer,
                            std::string const& what, Read read) {
  std::vector<Item> items;
  std::string_view rest = text;
  bool wrong = false;
  while (!wrong) {
    auto const comma = std::min(rest.find(','), rest.size());
    auto item = read(rest.substr(0, comma));
    wrong = !item || items.size() == most;
    if (!wrong && std::find(items.begin(), items.end(), *item) == items.end()) {
      items.push_back(std::move(*item));
    }
    if (comma == rest.size()) break;
    rest.remove_prefix(comma + 1);
  }
  if (!wrong) return items;
  throw Error({FieldError{std::string(pointer), "Give 1 to " + std::to_string(most) + " " + what +
                                                    ", separated by commas."}});
}

}  // namespace

std::string_view name(Cut why) {
  switch (why) {
    case Cut::slow:
      return "slow";
    case Cut::key:
      return "key";
    case Cut::draining:
      return "draining";
    case Cut::behind:
      break;
  }
  return "behind";
}

std::string ready(std::string_view cursor, bool resumed) {
  return retry() + event(cursor, "ready", json::dump({{"resumed", resumed}}));
}

std::string reset(std::string_view cursor) {
  return retry() + event(cursor, "reset", R"({"reason":"not_kept"})");
}

std::string fact(changes::Item const& item, std::string_view cursor) {
  return event(cursor, item.type, changes::to_json(item));
}

std::string keep_alive(std::string_view cursor) {
  return ":\nid: " + std::string(cursor) + "\n\n";
}

std::string cut(Cut why) {
  return event({}, "cut", json::dump({{"reason", name(why)}}));
}

Interest read_interest(http::Call const& call) {
  Interest interest;
  if (auto const text = call.query("customer_ids")) {
    interest.customers =
        read_list<CustomerId>(*text, customers_max, "?customer_ids", "UUIDs",
                              [](std::string_view id) { return CustomerId::parse(id); });
  }
  if (auto const text = call.query("queue")) {
    interest.queues = read_list<std::string>(
        *text, queues_max, "?queue", "names of queues", [](std::string_view queue) {
          return is_queue_name(queue) ? std::optional(std::string(queue)) : std::nullopt;
        });
  }
  return interest;
}

Interest read_ticket(std::string const& body) {
  Interest interest;
  if (body.empty()) return interest;
  auto const object = json::parse_object(body);
  json::Reader reader(object);
  interest.customers = reader.ids<CustomerId>("customer_ids", customers_max);
  interest.queues = reader.texts("queues", queues_max);
  bool const listable =
      std::none_of(interest.queues.begin(), interest.queues.end(),
                   [](auto& name) { return name.find(',') != std::string::npos; });
  if (!listable) reader.fail("queues", "must be names without a comma");
  reader.finish();
  return interest;
}

std::string ticket_json(std::string_view ticket, Timestamp expires_at) {
  return json::dump({{"ticket", ticket}, {"expires_at", format_rfc3339(expires_at)}});
}

std::string to_refs(Issue const& issue) {
  return json::dump({{"salt", to_string(issue.salt)},
                     {"key_id", issue.key.str()},
                     {"expires_at", format_rfc3339(issue.expires_at)}});
}

Issue read_refs(std::string const& refs) {
  auto const object = json::Value::parse(refs);
  return {parse_uuid(object.at("salt").get<std::string>()).value(),
          KeyId::parse(object.at("key_id").get<std::string>()).value(),
          parse_rfc3339(object.at("expires_at").get<std::string>()).value()};
}

}  // namespace throughline::live::wire
