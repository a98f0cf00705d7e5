// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/json.hpp"
#include "wire.hpp"

namespace throughline::interactions::wire {
namespace {

constexpr std::array<std::string_view, 3> roles{"customer", "agent", "system"};

NewMessage read_message(json::Reader& in) {
  NewMessage message;
  message.role = in.required_word("role", roles);
  message.text = in.required_prose("text");
  message.at = in.time("at");
  message.sentiment = in.number("sentiment", -1, 1);
  in.each("sources", 0, sources_per_message_max, [&](json::Reader& source) {
    message.sources.push_back({source.required_text("id"), source.text("version").value_or("")});
  });
  message.external_id = in.external_id();
  return message;
}

json::Value sources_value(std::vector<NewMessage::Source> const& sources) {
  auto list = json::Value::array();
  for (auto const& source : sources) {
    list.push_back({{"id", source.id}, {"version", json::or_null(source.version)}});
  }
  return list;
}

}  // namespace

Append read_append(std::string_view body) {
  auto const value = json::parse_object(body);
  json::Reader in(value);
  Append append;
  in.each("messages", 1, messages_per_request_max,
          [&](json::Reader& item) { append.messages.push_back(read_message(item)); });
  append.agent = in.agent();
  in.finish();
  return append;
}

std::string to_json(Message const& message) {
  return json::dump({{"id", message.id.str()},
                     {"seq", message.seq},
                     {"role", message.role},
                     {"text", message.text},
                     {"at", format_rfc3339(message.at)},
                     {"sentiment", json::or_null(message.sentiment)},
                     {"sources", sources_value(message.sources)},
                     {"agent", json::or_null(message.agent)},
                     {"external_id", json::or_null(message.external_id)}});
}

std::vector<std::string> to_json(std::vector<Message> const& messages) {
  std::vector<std::string> items;
  for (Message const& message : messages) items.push_back(to_json(message));
  return items;
}

std::string appended_json(std::vector<Appended> const& appended) {
  auto list = json::Value::array();
  for (Appended const& one : appended) {
    json::Value item{{"id", one.id.str()}, {"repeated", one.repeated}};
    if (one.seq != 0) item["seq"] = one.seq;  // else detached with its partition
    list.push_back(std::move(item));
  }
  return json::dump({{"messages", list}});
}

std::string to_refs(std::vector<Appended> const& appended) {
  auto list = json::Value::array();
  for (Appended const& one : appended) list.push_back({one.id.str(), one.repeated});
  return json::dump({{"messages", list}});
}

std::vector<Appended> parse_appended_refs(std::string_view refs) {
  std::vector<Appended> appended;
  auto const value = json::parse_object(refs);
  for (auto const& item : value.at("messages")) {
    appended.push_back(
        {MessageId::parse(item.at(0).get<std::string>()).value(), item.at(1).get<bool>(), 0});
  }
  return appended;
}

std::string sources_column(std::vector<NewMessage::Source> const& sources) {
  return json::dump(sources_value(sources));
}

std::vector<NewMessage::Source> parse_sources(std::string_view column) {
  std::vector<NewMessage::Source> sources;
  for (auto const& item : json::Value::parse(column)) {
    auto const& version = item.at("version");
    sources.push_back({item.at("id").get<std::string>(),
                       version.is_null() ? std::string() : version.get<std::string>()});
  }
  return sources;
}

}  // namespace throughline::interactions::wire
