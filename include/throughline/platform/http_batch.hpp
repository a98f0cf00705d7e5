// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Group commit: writes of one kind that wait at the same time share one transaction, whoever sent
// them, and are each answered with their own outcome. A request that comes alone is a batch of one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "throughline/platform/http.hpp"

namespace throughline::http {

/// One request of a batch and what becomes of it. Used by the thread that runs the batch.
class BatchItem {
 public:
  BatchItem(Call const& call, void const* asked) : call_(call), asked_(asked) {}

  Call const& call() const { return call_; }
  Actor const& actor() const { return call_.actor(); }
  /// What prepare() made of the request.
  template <class T>
  T const& asked() const {
    return *static_cast<T const*>(asked_);
  }

  /// Nothing has been decided yet. Each of the following decides, once.
  bool is_open() const { return !reply_ && !error_ && !postponed_; }
  /// `roots`: touched by this transaction (Tx::touch), for what the request did or found done.
  void succeed(Receipt receipt, Reply reply, std::vector<CustomerId> roots = {});
  /// The request fails alone. It must have written nothing by then.
  void fail(Error error) { error_ = std::move(error); }
  /// What was looked up before the lock is no longer so: the request runs again in another
  /// transaction. As fail(), it leaves nothing behind.
  void postpone() { postponed_ = true; }

  bool is_postponed() const { return postponed_; }
  std::optional<Error> const& error() const { return error_; }
  std::optional<Receipt> const& receipt() const { return receipt_; }
  std::vector<CustomerId> const& roots() const { return roots_; }
  /// To be called once.
  Reply take_reply() { return std::move(*reply_); }

 private:
  Call const& call_;
  void const* asked_;
  bool postponed_ = false;
  std::optional<Error> error_;
  std::optional<Receipt> receipt_;
  std::optional<Reply> reply_;
  std::vector<CustomerId> roots_;
};

/// A write that may share its transaction. Requests to one path are run in the order in which they
/// arrived. All of it may run again after a serialization failure, and in smaller batches after a
/// failure that can't be blamed on one item.
struct Batched {
  /// I/O thread, pure: reads and checks the request. What it throws is the answer. (A large body is
  /// read by the lane.)
  std::function<std::shared_ptr<void const>(Call const&)> prepare;
  /// Takes the locks for all items (of one tenant; idempotency keys are locked ahead, by the
  /// platform) and looks, by statements that wait for the next one (Tx::ask, Tx::ask_lock).
  /// Returns what is left to do once these are answered: to decide for every item that is still
  /// open (the others repeat an earlier request) and to write, by set-based statements.
  std::function<std::function<void()>(postgres::Tx&, std::span<BatchItem>)> perform;
  /// The answer to a request that repeats an earlier one, read afresh.
  std::function<Reply(postgres::Tx&, Call const&, Receipt const&)> render;
  /// Only requests under one key and one trace share a batch.
  bool one_actor = false;
};

/// As a Route holds it.
inline std::shared_ptr<Batched const> batched(Batched write) {
  return std::make_shared<Batched const>(std::move(write));
}

}  // namespace throughline::http
