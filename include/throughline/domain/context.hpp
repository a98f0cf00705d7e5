// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The context: the ready document a bot or agent gets. Everything that matters now, small, one
// read. Assembled by one SQL statement as JSON text, cached as bytes, never parsed on the way out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/platform/cache.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::context {

/// Named in the ETag and in cache keys: raise it whenever the document's shape changes.
inline constexpr int schema_version = 2;

// Bounds of its lists; "more": n says how many were cut.
inline constexpr int live_max = 10;
inline constexpr int open_cases_max = 10;
inline constexpr int steps_per_case_max = 10;
inline constexpr int notes_per_case_max = 10;
inline constexpr int commitments_per_case_max = 10;
inline constexpr int recent_interactions_max = 10;
inline constexpr int pending_handoffs_max = 10;
inline constexpr int identifiers_max = 20;
inline constexpr int overdue_max = 10;  // commitments warned of, the soonest due
inline constexpr int at_risk_max = 10;  // clocks warned of, the soonest due
/// "more" is exact up to here; a longer rest counts as this many.
inline constexpr int counted_beyond_max = 100;
/// Characters of one text in the document; longer ones end in "…".
inline constexpr int text_max = 500;

// Other representations, made of the document where they are asked for; named in the ETag as well.
inline constexpr int views_version = 1;
inline constexpr int view_bytes_min = 1'024;
inline constexpr int prompt_bytes_default = 8'192;
inline constexpr int prompt_bytes_max = 65'536;
inline constexpr int attributes_bytes_max = 32'767;  // as Amazon Connect takes them

/// The document of a root as this transaction sees it, own writes included. Throws postgres::Retry
/// if it is no root (any more).
cache::DocumentPtr assemble(postgres::Tx& tx, Actor const& actor, CustomerId root);

/// GET /v1/context?email=|phone=|social=|account=|customer_id=|case_id= (region= beside phone) ·
/// POST /v1/context {identifiers}; either with format=json|prompt|attributes (or Accept:
/// text/markdown, which is prompt), and beside the latter two max_bytes= and interaction_id=
std::vector<http::Route> routes();

}  // namespace throughline::context
