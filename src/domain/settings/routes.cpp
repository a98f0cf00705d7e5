// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "domain/settings/wire.hpp"
#include "throughline/domain/settings.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::settings {
namespace {

using http::Call;
using http::Method;
using http::Receipt;
using http::Reply;

using Sections = std::shared_ptr<std::vector<Section> const>;

Section const& section_of(Sections const& sections, Call const& call) {
  auto const found = std::find_if(
      sections->begin(), sections->end(),
      [&call](Section const& section) { return section.name == call.path("section"); });
  if (found == sections->end()) throw Error(Code::not_found, "There is no such section.");
  return *found;
}

bool is_dry_run(Call const& call) {
  static constexpr std::array<std::string_view, 2> words{"true", "false"};
  return call.query_word("dry_run", words) == "true";
}

Reply show(Shown const& shown) {
  return Reply::versioned(to_json(shown), shown.version);
}

}  // namespace

std::vector<http::Route> routes(std::vector<Section> all) {
  auto const sections = std::make_shared<std::vector<Section> const>(std::move(all));
  http::Read const read{[sections](postgres::Tx& tx, Call const& call) {
    return show(get(tx, section_of(sections, call)));
  }};
  http::Write write;
  write.perform = [sections](postgres::Tx& tx, Call const& call) {
    auto const& section = section_of(sections, call);
    if (!is_dry_run(call)) change(tx, call.actor(), section, call.body(), call.if_match());
    return Receipt{200, "{}"};
  };
  write.render = [sections](postgres::Tx& tx, Call const& call, Receipt const&) {
    auto const& section = section_of(sections, call);
    if (is_dry_run(call)) {
      return Reply::json(
          tried_json(try_out(tx, call.actor(), section, call.body(), call.if_match())));
    }
    auto reply = show(get(tx, section));
    reply.held = auth::Keys::trusted_for;  // then no instance has the older region in a key
    return reply;
  };
  return {
      {Method::get, "/v1/settings/{section}", Scope::admin, {}, read},
      {Method::patch, "/v1/settings/{section}", Scope::admin, {"dry_run"}, write},
  };
}

}  // namespace throughline::settings
