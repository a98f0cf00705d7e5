// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a module needs to serve its routes: the request as it may be used, the answer, and the table
// of routes. Beast stays behind src/platform/http.
//
// A request's life: a session reads it under deadlines (I/O thread) → the router finds the route
// and checks path and query → the key becomes an Actor → a CachedRead is answered right there if
// the cache has it → anything else hops once, to a worker or (Batched) a lane; a transaction opens
// (read-only for Read) and the module's function runs → commit → the caches are told → the session
// sends. On a throw: rollback, and problem.cpp writes the error.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/error.hpp"
#include "throughline/base/page.hpp"
#include "throughline/platform/cache.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::http {

/// other: a well-formed method that no route can have; the router answers it 405.
enum class Method { get, head, post, put, patch, del, options, other };

struct Request {
  Method method = Method::get;
  std::string target;                                        // as received
  std::vector<std::string> segments;                         // path, percent-decoded
  std::vector<std::pair<std::string, std::string>> query;    // decoded; "+" stays a plus
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string id;           // X-Request-Id, the caller's if well-formed, else ours
  std::string traceparent;  // W3C, if well-formed
  Timestamp received_at;

  /// Empty if absent.
  std::string_view header(std::string_view lower_case_name) const;
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  /// Sent instead of body when set, without a copy, with its ETag and "Cache-Control: private,
  /// no-cache"; status 304 sends these alone.
  cache::DocumentPtr document;
  std::vector<std::pair<std::string, std::string>> headers;
  /// Of a write: the answer goes out no sooner than this after COMMIT, and holds nothing meanwhile.
  std::chrono::milliseconds held{0};

  static Reply json(std::string body, int status = 200);
  /// With the ETag "v<version>.<digest of the body>" in quotes: it changes with everything that is
  /// shown (304 is always right), while If-Match looks at the resource's own version alone.
  static Reply versioned(std::string body, std::int64_t version, int status = 200);
  /// Throws std::logic_error on a control character: nothing from outside may reach a header
  /// unchecked.
  Reply&& with(std::string name, std::string value) &&;
};

/// A request on its route: everything checked that needs no database.
class Call {
 public:
  Call(Request const& request, Actor const& actor, std::vector<std::string> path_values,
       std::vector<std::string_view> path_names);

  Actor const& actor() const { return actor_; }
  Request const& request() const { return request_; }
  std::string const& body() const { return request_.body; }

  /// The decoded value of {name} in the pattern.
  std::string const& path(std::string_view name) const;
  /// The same as an id. Throws not_found if it is no UUID: such a record cannot exist.
  template <class IdType>
  IdType id(std::string_view path_name = "id") const {
    return IdType{path_uuid(path_name)};
  }

  std::optional<std::string> query(std::string_view name) const;
  /// Checked query values; each throws Error(invalid) naming "?name".
  template <class IdType>
  std::optional<IdType> query_id(std::string_view name) const {
    auto const uuid = query_uuid(name);
    return uuid ? std::optional<IdType>(IdType{*uuid}) : std::nullopt;
  }
  std::optional<Timestamp> query_time(std::string_view name) const;
  std::optional<std::int64_t> query_integer(std::string_view name, std::int64_t min,
                                            std::int64_t max) const;
  std::optional<std::string> query_word(std::string_view name,
                                        std::span<std::string_view const> allowed) const;
  /// limit and cursor. `list` names the list and the filters in force, so that a cursor does not
  /// travel between lists.
  PageRequest page(std::string_view list) const;
  /// {"items":[…],"next_cursor":…} from already rendered items.
  std::string page_json(std::string_view list, std::vector<std::string> const& items,
                        std::vector<std::string> const& next) const;

  /// The version that If-Match asks for (the part of the ETag before its dot); nullopt without the
  /// header or for "*". A header that is no ETag of ours names a version that never matches (-1).
  /// Operations compare it under their lock with check_version.
  std::optional<std::int64_t> if_match() const;

 private:
  Uuid path_uuid(std::string_view name) const;
  std::optional<Uuid> query_uuid(std::string_view name) const;

  Request const& request_;
  Actor const& actor_;
  std::vector<std::string> path_values_;
  std::vector<std::string_view> path_names_;
};

/// Throws version_mismatch unless `asked` is empty or equals `current`. Call it after locking.
void check_version(std::optional<std::int64_t> asked, std::int64_t current);

/// A read: one read-only transaction on a worker. If-None-Match is answered 304 by the platform
/// when the reply carries an ETag.
struct Read {
  std::function<Reply(postgres::Tx&, Call const&)> answer;
};

/// What a write came to, as its idempotency record keeps it: ids and kinds, never texts.
struct Receipt {
  int status = 200;
  std::string refs;  // compact JSON
};

/// A write: perform() once per Idempotency-Key, render() after it in the same transaction, and
/// alone when the request is repeated, so an answer is always read afresh. Both may run again after
/// a serialization failure. The customers whose versions were raised are invalidated in the cache
/// between COMMIT and answer.
struct Write {
  std::function<Receipt(postgres::Tx&, Call const&)> perform;
  std::function<Reply(postgres::Tx&, Call const&, Receipt const&)> render;
};

/// A write that shares its transaction with others: throughline/platform/http_batch.hpp.
struct Batched;

/// Where a name leads.
struct Resolved {
  CustomerId root;
  /// Set for a name that documents don't list (a case): the part it belongs to, which never changes
  /// and whose "customer:<part>" the root's document lists instead. Otherwise nullopt, and the
  /// document lists the name itself.
  std::optional<CustomerId> part;
};

/// Another representation of a document, made from its bytes where it is asked for.
struct View {
  std::string tag;  // ends the ETag: names the representation and everything else it depends on
  std::string content_type;
  /// I/O thread, pure; takes no longer than reading the document does.
  std::function<std::string(std::string_view body)> render;
};

/// A read that the cache may answer on the I/O thread. All of it may run more than once, and its
/// Call may live on after an answer that other requests share.
struct CachedRead {
  /// The canonical name asked for ("phone:+1977…", "customer:<uuid>", "case:<uuid>"). I/O thread;
  /// throws Error(invalid). Pure: a GET of the same target under the same tenant and default region
  /// has the same name, so it is remembered.
  std::function<std::string(Call const&)> name;
  /// Worker: throws not_found or ambiguous.
  std::function<Resolved(postgres::Tx&, Call const&, std::string const& name)> resolve;
  /// Worker: the document of a root, in one statement. Throws postgres::Retry if it is no root.
  std::function<cache::DocumentPtr(postgres::Tx&, Call const&, CustomerId root)> assemble;
  /// I/O thread, pure: the Content-Location of an answer under a root that was not asked for by its
  /// own id; empty where none is due. May be left unset.
  std::function<std::string(std::string const& name, CustomerId root)> location;
  /// The representation asked for; nullptr: the document as it is. As pure as name(), of the target
  /// and the Accept header, and remembered with it. May be left unset.
  std::function<std::shared_ptr<View const>(Call const&)> view;
};

/// An answer that goes on: throughline/platform/http_stream.hpp.
struct Streamed;

/// Answered on the I/O thread, no key asked: /healthz, /readyz, /openapi.json.
struct Direct {
  std::function<Reply(Request const&)> answer;
};

struct Route {
  Method method;             // get serves HEAD as well
  std::string_view pattern;  // "/v1/cases/{id}/notes"
  Scope scope;
  std::vector<std::string_view> query;  // allowed query parameters
  std::variant<Read, Write, CachedRead, Direct, std::shared_ptr<Batched const>,
               std::shared_ptr<Streamed const>>
      handler;
};

}  // namespace throughline::http
