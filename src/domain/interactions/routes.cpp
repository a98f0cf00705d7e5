// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "throughline/domain/context.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/platform/http_batch.hpp"
#include "wire.hpp"

namespace throughline::interactions {
namespace {

constexpr std::array<std::string_view, 1> included{"context"};

http::Reply reply(Interaction const& value, std::string body, int status = 200) {
  auto answer = http::Reply::versioned(std::move(body), value.version, status);
  if (status == 201) {
    return std::move(answer).with("Location", "/v1/interactions/" + value.id.str());
  }
  return answer;
}

std::string customer_json(postgres::Tx& tx, CustomerId root) {
  return identity::customer_json(tx, customers::get(tx, root));
}

// --- start -------------------------------------------------------------------------------------

http::Receipt start_interaction(postgres::Tx& tx, http::Call const& call) {
  call.query_word("include", included);
  auto const started = start(tx, call.actor(), wire::read_start(call.body(), call.actor()));
  return {started.repeated ? 200 : 201, wire::to_refs(started)};
}

http::Reply show_started(postgres::Tx& tx, http::Call const& call, http::Receipt const& receipt) {
  auto const started = wire::parse_started_refs(receipt.refs);
  auto const value = get(tx, started.id);
  wire::StartedParts parts{wire::to_json(value), customer_json(tx, value.root), {}, {}, {}};
  if (!started.not_attached.empty()) {
    auto const asked = wire::read_start(call.body(), call.actor());
    parts.not_attached = wire::not_attached_json(asked, started);
  }
  if (!value.candidates.empty()) parts.candidates = identity::candidates_json(tx, value.candidates);
  if (call.query("include")) parts.context = context::assemble(tx, call.actor(), value.root)->body;
  return reply(value, wire::started_json(value, started.created, parts), receipt.status);
}

// --- one interaction ---------------------------------------------------------------------------

http::Reply get_interaction(postgres::Tx& tx, http::Call const& call) {
  auto const value = get(tx, call.id<InteractionId>());
  return reply(value, wire::to_json(value));
}

http::Reply show_interaction(postgres::Tx& tx, http::Call const&, http::Receipt const& receipt) {
  auto const value = get(tx, wire::parse_refs(receipt.refs));
  return reply(value, wire::to_json(value), receipt.status);
}

http::Receipt patch_interaction(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<InteractionId>();
  update(tx, call.actor(), id, wire::read_patch(call.body()), call.if_match());
  return {200, wire::to_refs(id)};
}

http::Receipt end_interaction(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<InteractionId>();
  end(tx, call.actor(), id, wire::read_end(call.body()), call.if_match());
  return {200, wire::to_refs(id)};
}

http::Receipt keep_alive(postgres::Tx& tx, http::Call const& call) {
  wire::read_heartbeat(call.body());
  heartbeat(tx, call.actor(), call.id<InteractionId>());
  return {204, "{}"};
}

http::Reply show_nothing(postgres::Tx&, http::Call const&, http::Receipt const& receipt) {
  return http::Reply::json({}, receipt.status);
}

http::Receipt identify_caller(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<InteractionId>();
  identify(tx, call.actor(), id, wire::read_identify(call.body(), call.actor()));
  return {200, wire::to_refs(id)};
}

http::Reply show_identified(postgres::Tx& tx, http::Call const&, http::Receipt const& receipt) {
  auto const value = get(tx, wire::parse_refs(receipt.refs));
  return reply(value, wire::identified_json(wire::to_json(value), customer_json(tx, value.root)),
               receipt.status);
}

http::Reply list_interactions(postgres::Tx& tx, http::Call const& call) {
  Filter filter;
  filter.status = call.query_word("status", wire::statuses);
  filter.channel = call.query_word("channel", channels);
  filter.agent = call.query("agent");
  std::string name = "interactions";
  for (std::string_view const by : {"status", "channel", "agent"}) {
    if (auto const value = call.query(by)) name.append("?").append(by).append("=").append(*value);
  }
  auto const page = list(tx, filter, call.page(name));
  return http::Reply::json(call.page_json(name, wire::to_json(page.items), page.next));
}

// --- messages ----------------------------------------------------------------------------------

/// Messages as their request asks for them.
struct Lines {
  InteractionId id;
  wire::Append append;
};

std::shared_ptr<void const> read_lines(http::Call const& call) {
  return std::make_shared<Lines const>(
      Lines{call.id<InteractionId>(), wire::read_append(call.body())});
}

/// With the numbers of those that were there before.
http::Reply appended_reply(postgres::Tx& tx, std::vector<Appended> appended, int status) {
  std::vector<MessageId> unnumbered;
  for (Appended const& one : appended) {
    if (one.seq == 0) unnumbered.push_back(one.id);
  }
  if (!unnumbered.empty()) {
    for (Message const& message : messages(tx, unnumbered)) {
      for (Appended& one : appended) {
        if (one.id == message.id) one.seq = message.seq;
      }
    }
  }
  return http::Reply::json(wire::appended_json(appended), status);
}

void settle(postgres::Tx& tx, http::BatchItem& item, Appending::Outcome const& outcome) {
  if (outcome.moved) return item.postpone();
  if (outcome.error) return item.fail(*outcome.error);
  bool const repeated = std::all_of(outcome.appended.begin(), outcome.appended.end(),
                                    [](Appended const& one) { return one.repeated; });
  http::Receipt const receipt{repeated ? 200 : 201, wire::to_refs(outcome.appended)};
  item.succeed(receipt, appended_reply(tx, outcome.appended, receipt.status),
               {outcome.roots.begin(), outcome.roots.end()});
}

std::function<void()> append_messages(postgres::Tx& tx, std::span<http::BatchItem> items) {
  std::vector<Appending::Asked> asked;
  for (auto const& item : items) {
    auto const& lines = item.asked<Lines>();
    asked.push_back({&item.actor(), lines.id, lines.append.messages, lines.append.agent});
  }
  auto const appending = std::make_shared<Appending>(tx, std::move(asked));
  return [&tx, items, appending] {
    std::vector<bool> wanted;
    for (auto const& item : items) wanted.push_back(item.is_open());
    auto const outcomes = appending->finish(wanted);
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (wanted[i]) settle(tx, items[i], outcomes[i]);
    }
  };
}

http::Reply show_appended(postgres::Tx& tx, http::Call const&, http::Receipt const& receipt) {
  return appended_reply(tx, wire::parse_appended_refs(receipt.refs), receipt.status);
}

http::Reply list_messages(postgres::Tx& tx, http::Call const& call) {
  auto const id = call.id<InteractionId>();
  std::string const name = "interactions/" + id.str() + "/messages";
  auto const page = messages(tx, id, call.page(name));
  return http::Reply::json(call.page_json(name, wire::to_json(page.items), page.next));
}

}  // namespace

std::vector<http::Route> routes() {
  using http::Method, http::Read, http::Write;
  constexpr auto read = Scope::interactions_read;
  constexpr auto write = Scope::interactions_write;
  constexpr std::string_view all = "/v1/interactions";
  constexpr std::string_view one = "/v1/interactions/{id}";
  constexpr std::string_view transcript = "/v1/interactions/{id}/messages";
  return {
      {Method::post, all, write, {"include"}, Write{start_interaction, show_started}},
      {Method::get,
       all,
       read,
       {"status", "channel", "agent", "limit", "cursor"},
       Read{list_interactions}},
      {Method::get, one, read, {}, Read{get_interaction}},
      {Method::patch, one, write, {}, Write{patch_interaction, show_interaction}},
      {Method::post,
       "/v1/interactions/{id}/end",
       write,
       {},
       Write{end_interaction, show_interaction}},
      {Method::post, "/v1/interactions/{id}/heartbeat", write, {}, Write{keep_alive, show_nothing}},
      {Method::post,
       "/v1/interactions/{id}/identify",
       write,
       {},
       Write{identify_caller, show_identified}},
      {Method::post,
       transcript,
       write,
       {},
       http::batched({read_lines, append_messages, show_appended})},
      {Method::get, transcript, read, {"limit", "cursor"}, Read{list_messages}},
  };
}

}  // namespace throughline::interactions
