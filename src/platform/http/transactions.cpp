// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/transactions.hpp"

#include <algorithm>
#include <utility>

#include "platform/http/conditional.hpp"
#include "platform/http/problem.hpp"
#include "throughline/platform/idempotency.hpp"

namespace throughline::http {

namespace {

using postgres::Tx;

std::string method_word(Method method) {
  switch (method) {
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    default:
      return "DELETE";
  }
}

void check_key(std::string_view key) {
  bool const visible =
      std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!visible || key.size() > idempotency::key_bytes_max) {
    throw Error({FieldError{"@Idempotency-Key", "Give 1 to 255 visible ASCII characters."}});
  }
}

/// Under the key as sent, or one made here, so that a caller who gets no clear answer can repeat
/// under it.
idempotency::Request claim_of(Visit const& visit) {
  if (auto claim = sent_claim(visit)) return std::move(*claim);
  auto const& request = visit.request();
  return {method_word(request.method), request.target, to_string(make_uuid7(request.received_at)),
          request.body};
}

/// One write under its key. Whatever runs in a transaction may run again.
class Writing {
 public:
  Writing(postgres::Pool& pool, Visit const& visit, Write const& route)
      : pool_(pool),
        visit_(visit),
        route_(route),
        claim_(claim_of(visit)),
        sent_key_(!visit.request().header("idempotency-key").empty()) {}

  std::string const& key() const { return claim_.key; }
  bool replayed() const { return replayed_; }

  Written run() {
    Written written;
    try {
      written.commit = transact([&](Tx& tx) { written.reply = perform(tx); });
    } catch (Error const& error) {
      // Everything is rolled back, the claim included. Nobody can ask again under a key that only
      // the server knew.
      if (replayed_ || !sent_key_ || !is_deterministic(error)) throw;
      written.commit = transact([&](Tx& tx) { written.reply = keep(tx, error); });
    }
    return written;
  }

 private:
  cache::Commit transact(std::function<void(Tx&)> const& body) {
    return cache::commit_of(
        pool_.transact(postgres::Mode::write, visit_.actor().tenant, body));
  }

  Reply perform(Tx& tx) {
    replayed_ = false;
    // A key made here for this request has been used by nobody.
    auto const first = sent_key_ ? idempotency::claim(tx, visit_.actor(), claim_) : std::nullopt;
    if (first) return replay(tx, *first);
    auto const receipt = route_.perform(tx, visit_.call());
    idempotency::record(tx, visit_.actor(), claim_, {receipt.status, receipt.refs, std::nullopt});
    return route_.render(tx, visit_.call(), receipt);
  }

  /// Another request under the same key may have come between.
  Reply keep(Tx& tx, Error const& error) {
    replayed_ = false;
    if (auto const first = idempotency::claim(tx, visit_.actor(), claim_)) {
      return replay(tx, *first);
    }
    auto reply = problem(error, visit_.request().id);
    idempotency::record(tx, visit_.actor(), claim_, {reply.status, {}, error});
    return reply;
  }

  Reply replay(Tx& tx, idempotency::Record const& first) {
    replayed_ = true;
    if (first.error) return problem(*first.error, visit_.request().id);
    return route_.render(tx, visit_.call(), {first.status, first.refs});
  }

  postgres::Pool& pool_;
  Visit const& visit_;
  Write const& route_;
  idempotency::Request const claim_;
  bool const sent_key_;
  bool replayed_ = false;
};

}  // namespace

std::optional<idempotency::Request> sent_claim(Visit const& visit) {
  auto const& request = visit.request();
  auto const key = request.header("idempotency-key");
  if (key.empty()) return std::nullopt;
  check_key(key);
  return idempotency::Request{method_word(request.method), request.target, std::string(key),
                              request.body};
}

bool is_deterministic(Error const& error) {
  return error.code() == Code::invalid || error.code() == Code::malformed;
}

Reply run_read(postgres::Pool& pool, Visit const& visit, Read const& route) {
  Reply reply;
  pool.transact(postgres::Mode::read, visit.actor().tenant,
                [&](Tx& tx) { reply = route.answer(tx, visit.call()); });
  return unless_held(visit.request(), std::move(reply));
}

Written run_write(postgres::Pool& pool, Visit const& visit, Write const& route, log::Logger& log) {
  Writing writing(pool, visit, route);
  Written written;
  try {
    written = writing.run();
  } catch (postgres::InDoubt const& lost) {
    written.reply = problem(lost, visit.request().id);
    written.doubtful = lost.touched;
  } catch (...) {
    written.reply = problem(std::current_exception(), visit.request().id, log);
  }
  auto& headers = written.reply.headers;
  headers.emplace_back("Idempotency-Key", writing.key());
  if (writing.replayed()) headers.emplace_back("Idempotency-Replayed", "true");
  return written;
}

}  // namespace throughline::http
