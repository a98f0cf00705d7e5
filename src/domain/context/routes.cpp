// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <variant>

#include "store.hpp"
#include "throughline/domain/context.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/domain/parts.hpp"
#include "views.hpp"
#include "wire.hpp"

namespace throughline::context {

namespace {

// A name is "<kind>:<value>"; several identifiers of one request are joined by newlines, which no
// normalised identifier holds. Such a name is listed by no document and so always asks PostgreSQL.
constexpr char name_separator = '\n';
constexpr char path[] = "/v1/context";
constexpr std::string_view customer_prefix = "customer:";
constexpr std::string_view case_prefix = "case:";
constexpr std::array<std::string_view, 4> identifier_kinds{"email", "phone", "social", "account"};

std::string name_of(identity::Identifier const& identifier) {
  return identifier.type + ":" + identifier.value;
}

std::string identifier_name(http::Call const& call, std::string_view kind, std::string value) {
  identity::RawIdentifier raw;
  raw.type = kind;
  raw.value = std::move(value);
  raw.region = call.query("region").value_or("");
  auto outcome = identity::normalise(raw, call.actor().default_region);
  if (auto* refused = std::get_if<std::string>(&outcome)) {
    throw Error(std::vector<FieldError>{{"?" + std::string(kind), *refused}});
  }
  return name_of(std::get<identity::Identifier>(outcome));
}

std::string name_in_query(http::Call const& call) {
  std::vector<std::string> names;
  for (auto const kind : identifier_kinds) {
    if (auto value = call.query(kind)) names.push_back(identifier_name(call, kind, *value));
  }
  if (auto const id = call.query_id<CustomerId>("customer_id")) {
    names.push_back(std::string(customer_prefix) + id->str());
  }
  if (auto const id = call.query_id<CaseId>("case_id")) {
    names.push_back(std::string(case_prefix) + id->str());
  }
  if (names.size() != 1) {
    throw Error(std::vector<FieldError>{
        {"?",
         "exactly one of email, phone, social, account, customer_id and case_id is required; "
         "to look somebody up by several identifiers, POST them to /v1/context"}});
  }
  return names.front();
}

std::string name_in_body(http::Call const& call) {
  auto identifiers = wire::read_lookup(call.body(), call.actor());
  std::vector<std::string> names;
  for (auto const& identifier : identifiers) names.push_back(name_of(identifier));
  std::sort(names.begin(), names.end());
  std::string joined;
  for (auto const& name : names) {
    if (!joined.empty()) joined += name_separator;
    joined += name;
  }
  return joined;
}

identity::Subject subject_of(std::string_view name) {
  identity::Subject subject;
  while (!name.empty()) {
    auto const line = name.substr(0, name.find(name_separator));
    name.remove_prefix(std::min(line.size() + 1, name.size()));
    auto const colon = line.find(':');
    identity::Identifier identifier;
    identifier.type = line.substr(0, colon);
    identifier.value = line.substr(colon + 1);
    subject.identifiers.push_back(std::move(identifier));
  }
  return subject;
}

[[noreturn]] void refuse(std::string_view what) {
  throw Error(Code::not_found, "no customer is known by this " + std::string(what));
}

http::Resolved resolve_case(postgres::Tx& tx, std::string_view text) {
  auto const id = CaseId::parse(text);
  auto const owner = id ? store::case_owner(tx, *id) : std::nullopt;
  if (!owner) refuse("case");
  return {owner->root, owner->part};
}

http::Resolved resolve_customer(postgres::Tx& tx, std::string_view text) {
  auto const id = CustomerId::parse(text);
  auto const root = id ? parts::root_of(tx, *id) : std::nullopt;
  if (!root) refuse("id");
  return {*root, std::nullopt};
}

http::Resolved resolve(postgres::Tx& tx, http::Call const& call, std::string const& name) {
  std::string_view const text = name;
  if (text.starts_with(case_prefix)) return resolve_case(tx, text.substr(case_prefix.size()));
  if (text.starts_with(customer_prefix)) {
    return resolve_customer(tx, text.substr(customer_prefix.size()));
  }
  auto const found = identity::resolve(tx, call.actor(), subject_of(text));
  if (found.decision == identity::Decision::none) refuse("identifier");
  if (!found.root) throw identity::ambiguous_error(tx, found.candidates);
  return {*found.root, std::nullopt};
}

std::string location(std::string const& name, CustomerId root) {
  auto const own_name = std::string(customer_prefix) + root.str();
  bool const merged = name.starts_with(customer_prefix) && name != own_name;
  return merged ? std::string(path) + "?customer_id=" + root.str() : std::string();
}

http::CachedRead cached(std::string (*name)(http::Call const&)) {
  http::CachedRead read;
  read.name = name;
  read.resolve = resolve;
  read.assemble = [](postgres::Tx& tx, http::Call const& call, CustomerId root) {
    return assemble(tx, call.actor(), root);
  };
  read.location = location;
  read.view = view_of;
  return read;
}

}  // namespace

std::vector<http::Route> routes() {
  return {
      {http::Method::get,
       "/v1/context",
       Scope::context_read,
       {"email", "phone", "social", "account", "customer_id", "case_id", "region", "format",
        "max_bytes", "interaction_id"},
       cached(name_in_query)},
      {http::Method::post,
       "/v1/context",
       Scope::context_read,
       {"format", "max_bytes", "interaction_id"},
       cached(name_in_body)},
  };
}

}  // namespace throughline::context
