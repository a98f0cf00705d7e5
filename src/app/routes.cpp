// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/routes.hpp"

#include <iterator>

#include "throughline/domain/cases.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/context.hpp"
#include "throughline/domain/events.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/notes.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::app {

namespace {

void append(std::vector<http::Route>& all, std::vector<http::Route> module) {
  all.insert(all.end(), std::make_move_iterator(module.begin()),
             std::make_move_iterator(module.end()));
}

}  // namespace

std::vector<http::Route> routes() {
  std::vector<http::Route> all;
  append(all, interactions::routes());
  append(all, context::routes());
  append(all, cases::routes());
  append(all, notes::routes());
  append(all, identity::routes());
  append(all, timeline::routes());
  append(all, events::routes());
  append(all, changes::routes());
  return all;
}

}  // namespace throughline::app
