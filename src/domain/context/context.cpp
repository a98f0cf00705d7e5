// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/context.hpp"

#include "store.hpp"

namespace throughline::context {

cache::DocumentPtr assemble(postgres::Tx& tx, Actor const& actor, CustomerId root) {
  auto assembled = store::assemble(tx, root, actor.now);
  if (!assembled) throw postgres::Retry{};
  auto document = std::make_shared<cache::Document>();
  document->version = assembled->version;
  document->etag = "\"" + root.str() + "-" + std::to_string(assembled->version) + "-" +
                   std::to_string(assembled->settings_version) + "-json" +
                   std::to_string(schema_version) + "\"";
  document->body = std::move(assembled->body);
  document->answers_for = std::move(assembled->answers_for);
  return document;
}

}  // namespace throughline::context
