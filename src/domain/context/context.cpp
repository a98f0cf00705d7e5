// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/context.hpp"

#include "store.hpp"
#include "throughline/domain/identity_settings.hpp"

namespace throughline::context {

namespace {

/// What the document answers for: the customer's parts, and the identifiers that lead to it alone.
std::vector<std::string> names_of(store::Assembled const& assembled,
                                  identity::Settings const& settings) {
  std::vector<std::string> names{std::string(cache::settings_prefix) +
                                 std::to_string(assembled.settings_version)};
  names.insert(names.end(), assembled.parts.begin(), assembled.parts.end());
  for (auto const& one : assembled.identifiers) {
    if (!settings.is_blocked(one.type, one.value)) names.push_back(one.type + ":" + one.value);
  }
  return names;
}

}  // namespace

cache::DocumentPtr assemble(postgres::Tx& tx, Actor const&, CustomerId root) {
  identity::AskedSettings const said(tx);  // travels with the statement
  auto assembled = store::assemble(tx, root);
  if (!assembled) throw postgres::Retry{};
  auto document = std::make_shared<cache::Document>();
  document->version = assembled->version;
  document->etag = "\"" + root.str() + "-" + std::to_string(assembled->version) + "-" +
                   std::to_string(assembled->settings_version) + "-json" +
                   std::to_string(schema_version) + "\"";
  document->body = std::move(assembled->body);
  document->answers_for = names_of(*assembled, said.read());
  return document;
}

}  // namespace throughline::context
