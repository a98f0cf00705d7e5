// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/stage.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

namespace throughline::support {

namespace {

using http::CachedRead;
using http::Call;
using http::Method;
using http::Read;
using http::Receipt;
using http::Reply;
using http::Resolved;
using http::Write;
using nlohmann::json;
using postgres::Tx;

void sleep(Stage const& stage) {
  std::this_thread::sleep_for(std::chrono::milliseconds(stage.sleep_ms));
}

Reply show_call(Tx& tx, Call const& call) {
  tx.exec("select 1");
  json query = json::object();
  for (auto const* name : {"q", "w"}) {
    if (auto const value = call.query(name)) query[name] = *value;
  }
  json const shown = {{"id", call.path("id")},
                      {"query", query},
                      {"tenant", call.actor().tenant.value},
                      {"now", format_rfc3339(call.actor().now)},
                      {"traceparent", call.actor().traceparent},
                      {"region", call.actor().default_region}};
  return Reply::versioned(shown.dump(), 7);
}

Receipt perform(Stage& stage, Tx& tx, Call const& call) {
  tx.exec("select 1");
  auto const& body = call.body();
  auto const count = ++stage.performed;
  if (body == R"("invalid")") throw Error({FieldError{"/a", "Give one."}, {"/b", "Give another."}});
  if (body == R"("conflict")") throw Error(Code::conflict, "It is taken.");
  if (body == R"("fault")") throw std::runtime_error("a secret of the server");
  if (body == R"("sql fault")") tx.exec("select * from nowhere");
  return {201, json{{"n", count}}.dump()};
}

Reply render(Stage& stage, Tx& tx, Receipt const& receipt) {
  tx.exec("select 1");
  ++stage.rendered;
  return Reply::json(receipt.refs, receipt.status);
}

Resolved resolve(Stage& stage, Tx& tx, std::string const& name) {
  tx.exec("select 1");
  ++stage.resolved;
  std::lock_guard const lock(stage.mutex);
  auto const found = stage.names.find(name);
  if (found == stage.names.end()) throw Error(Code::not_found, "Nobody is known by this.");
  return {found->second.root, found->second.part};
}

cache::DocumentPtr assemble(Stage& stage, Tx& tx, CustomerId root) {
  tx.exec("select 1");
  ++stage.assembled;
  auto document = std::make_shared<cache::Document>();
  {
    std::lock_guard const lock(stage.mutex);
    auto const found = stage.versions.find(root);
    if (found == stage.versions.end()) throw postgres::Retry();
    document->version = found->second;
    for (auto const& [name, leads] : stage.names) {
      if (leads.root == root && !leads.part) document->answers_for.push_back(name);
    }
  }
  document->etag = "\"" + root.str() + "." + std::to_string(document->version) + "\"";
  document->body = json{{"root", root.str()}, {"version", document->version}}.dump();
  sleep(stage);
  return document;
}

Receipt raise(Stage& stage, Tx& tx, Call const& call) {
  tx.exec("select 1");
  std::lock_guard const lock(stage.mutex);
  for (auto& [root, version] : stage.versions) tx.touch(root, ++version);
  auto const root = stage.names.at(call.path("name")).root;
  return {200, json{{"version", stage.versions.at(root)}}.dump()};
}

CachedRead documents(Stage& stage) {
  return {
      [](Call const& call) {
        auto const name = call.query("name");
        if (!name) throw Error({FieldError{"?name", "Give a name."}});
        return *name;
      },
      [&stage](Tx& tx, Call const&, std::string const& name) { return resolve(stage, tx, name); },
      [&stage](Tx& tx, Call const&, CustomerId root) { return assemble(stage, tx, root); },
      [](std::string const& name, CustomerId root) {
        auto const own = "customer:" + root.str();
        bool const moved = name.starts_with("customer:") && name != own;
        return moved ? "/v1/documents?name=" + own : std::string();
      },
      {}};
}

}  // namespace

CustomerId Stage::make_root(std::vector<std::string> const& known_as) {
  auto const root = CustomerId::make(SystemClock().now());
  std::lock_guard const lock(mutex);
  versions[root] = 1;
  names["customer:" + root.str()] = {root, std::nullopt};
  for (auto const& name : known_as) names[name] = {root, std::nullopt};
  return root;
}

void Stage::lead(std::string const& name, CustomerId root, std::optional<CustomerId> part) {
  std::lock_guard const lock(mutex);
  names[name] = {root, part};
}

void Stage::merge(CustomerId gone, CustomerId survivor) {
  std::lock_guard const lock(mutex);
  versions.erase(gone);
  for (auto& [name, leads] : names) {
    if (leads.root == gone) leads.root = survivor;
  }
}

std::vector<http::Route> routes_for_tests(Stage& stage) {
  auto const write = Write{
      [&stage](Tx& tx, Call const& call) { return perform(stage, tx, call); },
      [&stage](Tx& tx, Call const&, Receipt const& receipt) { return render(stage, tx, receipt); }};
  auto const patch = Write{[](Tx& tx, Call const& call) {
                             tx.exec("select 1");
                             http::check_version(call.if_match(), 3);
                             return Receipt{200, "{}"};
                           },
                           [](Tx&, Call const& call, Receipt const& receipt) {
                             return Reply::versioned(call.body(), 4, receipt.status);
                           }};
  auto const erase = Write{[](Tx&, Call const&) {
                             return Receipt{204, "{}"};
                           },
                           [](Tx&, Call const&, Receipt const&) { return Reply::json("", 204); }};
  auto const slow = Read{[&stage](Tx& tx, Call const&) {
    tx.exec("select 1");
    sleep(stage);
    return Reply::json("{}");
  }};
  auto const echo = Read{[](Tx&, Call const& call) { return Reply::json(call.body()); }};
  auto const raised =
      Write{[&stage](Tx& tx, Call const& call) { return raise(stage, tx, call); },
            [](Tx&, Call const&, Receipt const& receipt) { return Reply::json(receipt.refs); }};
  return {{Method::get, "/v1/things/{id}", Scope::cases_read, {"q", "w"}, Read{show_call}},
          {Method::post, "/v1/things", Scope::cases_write, {}, write},
          {Method::patch, "/v1/things/{id}", Scope::cases_write, {}, patch},
          {Method::del, "/v1/things/{id}", Scope::cases_write, {}, erase},
          {Method::post, "/v1/search", Scope::cases_read, {}, echo},
          {Method::get, "/v1/slow", Scope::cases_read, {}, slow},
          {Method::get, "/v1/documents", Scope::context_read, {"name"}, documents(stage)},
          {Method::post, "/v1/documents/{name}", Scope::cases_write, {}, raised}};
}

}  // namespace throughline::support
