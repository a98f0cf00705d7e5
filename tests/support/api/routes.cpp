// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/api/routes.hpp"

#include <array>

namespace throughline::support {

namespace {

constexpr std::string_view start_body = R"json({
  "channel": "chat", "direction": "inbound",
  "identifiers": [
    {"type": "email", "value": "<email>", "assurance": "authenticated"},
    {"type": "phone", "value": "<phone>", "region": "US"}],
  "agent": {"kind": "bot", "id": "chat-1", "model": "m-7", "prompt_version": "p-3",
            "persona_version": "v-2"},
  "intent": "return_size", "case_id": "<case>",
  "external_id": {"system": "switchboard", "id": "start-<number>"}
})json";

constexpr std::string_view messages_body = R"json({
  "messages": [
    {"role": "customer", "text": "<secret> the shoes are too small", "sentiment": -0.25,
     "sources": [{"id": "returns-policy", "version": "12"}],
     "external_id": {"system": "chat", "id": "line-<number>"}},
    {"role": "agent", "text": "Let me look."}],
  "agent": {"kind": "human", "id": "desk-4"}
})json";

constexpr std::string_view handoff_body = R"json({
  "interaction_id": "<interaction>",
  "to": {"channel": "voice", "queue": "returns", "agent": {"kind": "human", "id": "desk-4"}},
  "agent": {"kind": "bot", "id": "chat-1", "model": "m-7", "prompt_version": "p-3",
            "persona_version": "v-2"},
  "reason": "<secret> asks for a person", "summary": "<secret> shoes too small",
  "open_question": "<secret> may it be waived?"
})json";

constexpr std::string_view case_body = R"json({
  "interaction_id": "<interaction>", "subject": "<secret> wrong size", "intent": "return_size",
  "priority": "high", "assignee": "desk-4", "attributes": {"order": "W-1", "pairs": 2},
  "external_id": {"system": "crm", "id": "case-<number>"}
})json";

constexpr std::string_view case_patch_body = R"json({
  "subject": "<secret> wrong size, return refused", "intent": "refund", "status": "pending",
  "priority": "urgent", "assignee": "desk-5", "open_question": "May the 90 days be waived?",
  "attributes": {"order": "W-2"}
})json";

constexpr std::string_view note_body = R"json({
  "kind": "step", "text": "<secret> purchase checked", "channel": "voice",
  "agent": {"kind": "human", "id": "desk-4"}, "interaction_id": "<interaction>",
  "replaces": "<note>", "external_id": {"system": "crm", "id": "note-<number>"}
})json";

constexpr std::string_view commitment_body = R"json({
  "what": "<secret> a manager calls back", "due_at": "2027-01-02T03:04:05Z", "channel": "voice",
  "agent": {"kind": "bot", "id": "chat-1", "model": "m-7"}, "interaction_id": "<interaction>",
  "external_id": {"system": "crm", "id": "promise-<number>"}
})json";

constexpr std::string_view commitment_patch_body = R"json({
  "what": "<secret> a manager calls back today", "due_at": "2027-01-03T03:04:05Z",
  "agent": {"kind": "human", "id": "desk-4"}
})json";

constexpr std::string_view customer_patch_body = R"json({
  "display_name": "<secret> Crystal", "tier": "gold", "language": "en-GB",
  "profile": {"given_name": "Crystal", "date_of_birth": "1980-02-29", "shoe_size": {"eu": 39},
              "address": {"city": "Wellington", "country": "NZ"}},
  "sensitivities": [{"code": "hearing", "note": "speak slowly", "agent": "desk-4"}]
})json";

constexpr std::string_view upsert_body = R"json({
  "display_name": "<secret> Minh", "tier": "silver", "language": "vi",
  "profile": {"family_name": "Minh", "address": {"line1": "1 Quay St"}},
  "sensitivities": [{"code": "bereavement"}],
  "identifiers": [{"type": "account", "value": "crm:77-<number>", "assurance": "channel"}]
})json";

constexpr std::string_view resolve_body = R"json({
  "identifiers": [{"type": "email", "value": "<email>"}],
  "profile": {"given_name": "Crystal"}, "create": true, "dry_run": false
})json";

constexpr std::string_view events_body = R"json({
  "events": [{"identifiers": [{"type": "email", "value": "<email>"}], "type": "order_placed",
    "at": "2020-03-04T05:06:07Z", "channel": "web", "case_id": "<case>",
    "external_id": {"system": "shop", "id": "order-<number>"}, "attributes": {"total": 12.5}}]
})json";

constexpr std::string_view merge_body = R"json({
  "with": "<stranger>", "reason": "<secret> same passport", "dry_run": false,
  "agent": {"kind": "human", "id": "desk-4"}
})json";

constexpr std::string_view undo_body = R"json({
  "reason": "<secret> mother and daughter", "parts": ["<twin>"], "dry_run": false,
  "agent": {"kind": "human", "id": "desk-4"}
})json";

constexpr std::string_view decision_body = R"json({
  "decision": "merge", "customer_id": "<likely>", "reason": "<secret> same passport",
  "agent": {"kind": "human", "id": "desk-4"}
})json";

constexpr std::string_view identifier_body =
    R"json({"type": "phone", "value": "<new_phone>", "region": "US", "assurance": "claimed",
            "shared": false})json";

constexpr std::string_view settings_body = R"json({
  "default_region": "NZ",
  "classes": {"email": {"class": "strong", "max": 7},
              "account": {"systems": {"passport": {"class": "exclusive"}}}},
  "blocked": {"phone": {"values": ["+64 3 331 6005"], "patterns": ["+64800*"]}},
  "stale_after_days": {"phone": 60},
  "thresholds": {"automatic": 0.999, "review": 0.1, "margin_bits": 6}
})json";

std::vector<ApiRoute> make_interaction_routes() {
  return {
      {"POST", "/v1/interactions", "interactions:write", 201, "/v1/interactions", start_body,
       "/started_at"},
      {"POST", "/v1/interactions", "interactions:write", 201, "/v1/interactions?include=context",
       R"json({"channel": "voice", "direction": "outbound", "customer_id": "<customer>"})json"},
      {"GET", "/v1/interactions", "interactions:read", 200,
       "/v1/interactions?status=live&channel=chat&agent=chat-1"},
      {"GET", "/v1/interactions/{id}", "interactions:read", 200, "/v1/interactions/<interaction>"},
      {"PATCH", "/v1/interactions/{id}", "interactions:write", 200,
       "/v1/interactions/<interaction>",
       R"json({"case_id": "<case>", "intent": "refund", "sentiment": -0.5,
               "summary": "<secret> asked for money back"})json"},
      {"POST", "/v1/interactions/{id}/end", "interactions:write", 200,
       "/v1/interactions/<interaction>/end",
       R"json({"outcome": "escalated", "summary": "<secret> passed on"})json", "/ended_at"},
      {"POST", "/v1/interactions/{id}/heartbeat", "interactions:write", 204,
       "/v1/interactions/<interaction>/heartbeat"},
      {"POST", "/v1/interactions/{id}/identify", "interactions:write", 200,
       "/v1/interactions/<stranger_interaction>/identify",
       R"json({"customer_id": "<customer>"})json"},
      {"POST", "/v1/interactions/{id}/identify", "interactions:write", 200,
       "/v1/interactions/<stranger_interaction>/identify",
       R"json({"identifiers": [{"type": "email", "value": "<email>"}]})json"},
      {"POST", "/v1/interactions/{id}/messages", "interactions:write", 201,
       "/v1/interactions/<interaction>/messages", messages_body, "/messages/0/at"},
      {"GET", "/v1/interactions/{id}/messages", "interactions:read", 200,
       "/v1/interactions/<interaction>/messages?limit=2"},
  };
}

std::vector<ApiRoute> make_handoff_routes() {
  return {
      {"POST", "/v1/handoffs", "interactions:write", 201, "/v1/handoffs", handoff_body},
      {"GET", "/v1/handoffs", "interactions:read", 200,
       "/v1/handoffs?status=offered&queue=returns&agent=desk-4"},
      {"GET", "/v1/handoffs/{id}", "interactions:read", 200, "/v1/handoffs/<handoff>"},
      {"POST", "/v1/handoffs/{id}/accept", "interactions:write", 200,
       "/v1/handoffs/<handoff>/accept",
       R"json({"agent": {"kind": "human", "id": "desk-4"},
               "interaction_id": "<interaction>"})json"},
      {"POST", "/v1/handoffs/{id}/decline", "interactions:write", 200,
       "/v1/handoffs/<handoff>/decline",
       R"json({"agent": {"kind": "human", "id": "desk-4"}, "reason": "<secret> no time"})json"},
      {"POST", "/v1/handoffs/{id}/cancel", "interactions:write", 200,
       "/v1/handoffs/<handoff>/cancel", R"json({"reason": "<secret> solved"})json"},
      {"POST", "/v1/handoffs/{id}/read", "interactions:write", 200, "/v1/handoffs/<handoff>/read",
       R"json({"agent": {"kind": "human", "id": "desk-4"}})json"},
  };
}

std::vector<ApiRoute> make_case_routes() {
  return {
      {"POST",
       "/v1/cases",
       "cases:write",
       201,
       "/v1/cases",
       case_body,
       "/opened_at",
       {"/attributes"},
       {"/attributes/order", "/attributes/pairs"}},
      {"POST", "/v1/cases", "cases:write", 201, "/v1/cases",
       R"json({"customer_id": "<customer>", "subject": "<secret> a second pair"})json"},
      {"GET", "/v1/cases", "cases:read", 200, "/v1/cases?status=open&customer_id=<customer>"},
      {"GET", "/v1/cases/{id}", "cases:read", 200, "/v1/cases/<case>"},
      {"PATCH",
       "/v1/cases/{id}",
       "cases:write",
       200,
       "/v1/cases/<case>",
       case_patch_body,
       {},
       {"/attributes"},
       {"/attributes/order"}},
      {"POST", "/v1/cases/{id}/notes", "cases:write", 201, "/v1/cases/<case>/notes", note_body,
       "/at"},
      {"GET", "/v1/cases/{id}/notes", "cases:read", 200, "/v1/cases/<case>/notes"},
      {"GET", "/v1/cases/{id}/sla", "cases:read", 200, "/v1/cases/<case>/sla"},
      {"GET", "/v1/sla", "cases:read", 200,
       "/v1/sla?state=active&metric=resolution&breached=false&due_before=2030-01-01T00:00:00Z"
       "&customer_id=<customer>"},
      {"GET", "/v1/sla", "cases:read", 200, "/v1/sla"},
  };
}

std::vector<ApiRoute> make_commitment_routes() {
  return {
      {"POST", "/v1/cases/{id}/commitments", "cases:write", 201, "/v1/cases/<case>/commitments",
       commitment_body, "/at"},
      {"GET", "/v1/commitments", "cases:read", 200,
       "/v1/commitments?status=open&due_before=2100-01-01T00:00:00Z&customer_id=<customer>"
       "&case_id=<case>"},
      {"GET", "/v1/commitments/{id}", "cases:read", 200, "/v1/commitments/<commitment>"},
      {"PATCH", "/v1/commitments/{id}", "cases:write", 200, "/v1/commitments/<commitment>",
       commitment_patch_body},
      {"PATCH", "/v1/commitments/{id}", "cases:write", 200, "/v1/commitments/<commitment>",
       R"json({"status": "kept", "agent": {"kind": "human", "id": "desk-4"}})json", "/settled_at"},
  };
}

std::vector<ApiRoute> make_customer_routes() {
  std::vector<std::string_view> const open{"/profile", "/profile/address"};
  return {
      {"GET", "/v1/customers/{id}", "customers:read", 200, "/v1/customers/<customer>"},
      {"PATCH",
       "/v1/customers/{id}",
       "customers:write",
       200,
       "/v1/customers/<customer>",
       customer_patch_body,
       {},
       open,
       {"/profile/shoe_size"}},
      {"GET", "/v1/customers/{id}/timeline", "customers:read", 200,
       "/v1/customers/<customer>/timeline?kind=note&channel=chat&case_id=<case>"
       "&since=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z"},
      {"PUT",
       "/v1/customers/by/{type}/{value}",
       "customers:write",
       200,
       "/v1/customers/by/email/<email>",
       upsert_body,
       {},
       open},
      {"POST",
       "/v1/events",
       "customers:write",
       200,
       "/v1/events",
       events_body,
       {},
       {"/events/0/attributes"},
       {"/events/0/attributes/total"},
       "/events"},
      {"POST", "/v1/customers/{id}/identifiers", "identity:write", 201,
       "/v1/customers/<customer>/identifiers", identifier_body},
      {"DELETE", "/v1/customers/{id}/identifiers/{type}/{value}", "identity:write", 200,
       "/v1/customers/<customer>/identifiers/phone/<spare_phone>"},
      {"POST", "/v1/customers/{id}/merge", "identity:write", 200, "/v1/customers/<customer>/merge",
       merge_body},
      {"GET", "/v1/customers/{id}/merges", "customers:read", 200,
       "/v1/customers/<twin>/merges?limit=2"},
      {"POST", "/v1/merges/{id}/undo", "identity:write", 200, "/v1/merges/<merge>/undo", undo_body},
      {"POST", "/v1/merges/{id}/undo", "identity:write", 200, "/v1/merges/<merge>/undo",
       R"json({"tree": true})json"},
      {"POST",
       "/v1/identity/resolve",
       "identity:write",
       200,
       "/v1/identity/resolve",
       resolve_body,
       {},
       {"/profile"}},
  };
}

std::vector<ApiRoute> make_match_routes() {
  std::string_view const decide = "/v1/identity/matches/{id}/decision";
  std::string_view const match = "/v1/identity/matches/<match>/decision";
  return {
      {"GET", "/v1/identity/matches", "identity:write", 200,
       "/v1/identity/matches?status=open&customer_id=<doubt>"},
      {"GET", "/v1/identity/matches/{id}", "identity:write", 200, "/v1/identity/matches/<match>"},
      {"POST", decide, "identity:write", 200, match, decision_body},
      {"POST", decide, "identity:write", 200, match,
       R"json({"decision": "not_same", "customer_id": "<likely>",
               "reason": "<secret> twins"})json"},
      {"POST", decide, "identity:write", 200, match,
       R"json({"decision": "later", "until": "2027-06-01T00:00:00Z"})json"},
  };
}

std::vector<ApiRoute> make_reading_routes() {
  ApiRoute by_body{
      "POST", "/v1/context", "context:read",
      200,    "/v1/context", R"json({"identifiers": [{"type": "phone", "value": "<phone>"}]})json"};
  by_body.reads_by_post = true;
  auto prompt_by_body = by_body;
  prompt_by_body.target = "/v1/context?format=prompt&max_bytes=2048";
  return {
      {"GET", "/v1/context", "context:read", 200, "/v1/context?customer_id=<customer>"},
      {"GET", "/v1/context", "context:read", 200, "/v1/context?phone=<phone>&region=US"},
      {"GET", "/v1/context", "context:read", 200, "/v1/context?case_id=<case>"},
      {"GET", "/v1/context", "context:read", 200,
       "/v1/context?case_id=<case>&format=prompt&max_bytes=2048"},
      {"GET", "/v1/context", "context:read", 200, "/v1/context?phone=<phone>&format=attributes"},
      by_body,
      prompt_by_body,
      {"POST", "/v1/live/tickets", "context:read", 201, "/v1/live/tickets",
       R"json({"customer_ids": ["<customer>"], "queues": ["billing"]})json"},
      {"GET", "/v1/changes", "sync:read", 200, "/v1/changes?limit=10"},
      {"GET", "/healthz", "", 200, "/healthz"},
      {"GET", "/readyz", "", 200, "/readyz"},
      {"GET", "/openapi.json", "", 200, "/openapi.json"},
  };
}

std::vector<ApiRoute> make_settings_routes() {
  return {
      {"GET", "/v1/settings/{section}", "admin", 200, "/v1/settings/identity"},
      {"PATCH",
       "/v1/settings/{section}",
       "admin",
       200,
       "/v1/settings/identity?dry_run=true",
       settings_body,
       {},
       {"/classes/account/systems"}},
      {"PATCH", "/v1/settings/{section}", "admin", 200, "/v1/settings/identity",
       R"json({"stale_after_days": {"phone": 80}})json"},
      {"PATCH", "/v1/settings/{section}", "admin", 200, "/v1/settings/presence",
       R"json({"silent_after_seconds": {"voice": 90, "chat": 600, "email": 0}})json"},
      {"PATCH", "/v1/settings/{section}", "admin", 200, "/v1/settings/warnings",
       R"json({"sensitivity": {"enabled": true}, "high_value": {"tiers": ["platinum"]},
               "frustrated": {"enabled": true, "at_or_below": -0.6, "clears_at": -0.1,
                              "window_hours": 12},
               "repeat_contact": {"enabled": true, "window_hours": 24}})json"},
  };
}

std::vector<ApiRoute> make_routes() {
  std::vector<ApiRoute> all;
  for (auto make :
       {make_interaction_routes, make_handoff_routes, make_case_routes, make_commitment_routes,
        make_customer_routes, make_match_routes, make_reading_routes, make_settings_routes}) {
    for (auto& route : make()) all.push_back(std::move(route));
  }
  return all;
}

}  // namespace

std::span<ApiRoute const> api_routes() {
  static std::vector<ApiRoute> const routes = make_routes();
  return routes;
}

std::string to_string(ApiRoute const& route) {
  return std::string(route.method) + " " + std::string(route.target);
}

std::span<std::string_view const> all_scopes() {
  static constexpr std::array<std::string_view, 10> scopes{
      "interactions:read", "interactions:write", "context:read",   "cases:read", "cases:write",
      "customers:read",    "customers:write",    "identity:write", "sync:read",  "admin"};
  return scopes;
}

}  // namespace throughline::support
