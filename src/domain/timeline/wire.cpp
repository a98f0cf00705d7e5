// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/timeline/wire.hpp"

#include <algorithm>

namespace throughline::timeline::wire {

Filter read_filter(http::Call const& call) {
  Filter filter;
  filter.channel = call.query_word("channel", channels);
  filter.kind = call.query_word("kind", kind_names());
  filter.case_id = call.query_id<CaseId>("case_id");
  filter.since = call.query_time("since");
  filter.until = call.query_time("until");
  return filter;
}

std::string list_name(CustomerId customer, Filter const& filter) {
  auto const time = [](auto const& at) { return at ? format_rfc3339(*at) : std::string(); };
  return "timeline/" + customer.str() + "?channel=" + filter.channel.value_or("") +
         "&kind=" + filter.kind.value_or("") +
         "&case_id=" + (filter.case_id ? filter.case_id->str() : "") +
         "&since=" + time(filter.since) + "&until=" + time(filter.until);
}

std::string location(http::Call const& call, CustomerId root) {
  std::string const& target = call.request().target;
  return "/v1/customers/" + root.str() + "/timeline" +
         target.substr(std::min(target.find('?'), target.size()));
}

}  // namespace throughline::timeline::wire
