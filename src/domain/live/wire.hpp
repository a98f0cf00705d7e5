// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Live as callers see it: events as text/event-stream has them, what a request asks for, tickets.
#pragma once

#include <string>
#include <string_view>

#include "domain/live/subscriber.hpp"
#include "domain/live/tickets.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/platform/http.hpp"

namespace throughline::live::wire {

/// What ends a stream from our side.
enum class Cut { slow, key, draining, behind };
std::string_view name(Cut why);

/// The first of a stream: it stands at this cursor, and everything after it comes.
std::string ready(std::string_view cursor, bool resumed);
/// The first instead, where what followed the cursor given can't be shown any more.
std::string reset(std::string_view cursor);
std::string fact(changes::Item const& item, std::string_view cursor);
/// For a stream on which nothing was sent for a while; moves the cursor, shows nothing.
std::string keep_alive(std::string_view cursor);
/// The last of a stream. Without a cursor: the reader resumes behind the last fact it has.
std::string cut(Cut why);

/// ?customer_ids and ?queue. Throws Error(invalid) naming them.
Interest read_interest(http::Call const& call);
/// {"customer_ids"?, "queues"?}; an empty body asks for neither.
Interest read_ticket(std::string const& body);
std::string ticket_json(std::string_view ticket, Timestamp expires_at);
/// The refs of a receipt, and back.
std::string to_refs(Issue const& issue);
Issue read_refs(std::string const& refs);

}  // namespace throughline::live::wire
