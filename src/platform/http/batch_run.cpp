// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/batch_run.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "platform/http/problem.hpp"
#include "platform/http/transactions.hpp"

namespace throughline::http {

void BatchItem::succeed(Receipt receipt, Reply reply, std::vector<CustomerId> roots) {
  receipt_ = std::move(receipt);
  reply_ = std::move(reply);
  roots_ = std::move(roots);
}

namespace {

using postgres::Tx;

/// The transaction's body; begins anew each time it is run.
class Run {
 public:
  explicit Run(std::span<BatchJob const> jobs) : jobs_(jobs), order_(jobs.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t one, std::size_t other) {
      return tenant(one) < tenant(other);
    });
  }

  TenantId first_tenant() const { return tenant(order_.front()); }

  void operator()(Tx& tx) {
    replayed_.assign(jobs_.size(), false);
    items_.clear();
    for (auto const place : order_)
      items_.emplace_back(jobs_[place].visit->call(), jobs_[place].asked.get());
    for (std::size_t from = 0; from < order_.size();) {
      std::size_t to = from;
      while (to < order_.size() && tenant(order_[to]) == tenant(order_[from])) ++to;
      if (from > 0) tx.enter(tenant(order_[from]));
      serve(tx, from, to);
      from = to;
    }
  }

  std::vector<std::optional<Reply>> replies() {
    std::vector<std::optional<Reply>> replies(jobs_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (!items_[i].is_postponed()) replies[order_[i]] = reply(i);
    }
    return replies;
  }

 private:
  TenantId tenant(std::size_t place) const { return jobs_[place].visit->actor().tenant; }
  BatchJob const& job(std::size_t item) const { return jobs_[order_[item]]; }

  /// The items of one tenant.
  void serve(Tx& tx, std::size_t from, std::size_t to) {
    std::vector<idempotency::Asked> asked;
    std::vector<std::size_t> keyed;
    for (std::size_t i = from; i < to; ++i) {
      if (!job(i).claim) continue;
      asked.push_back({&items_[i].actor(), &*job(i).claim});
      keyed.push_back(i);
    }
    idempotency::Claims claims(tx, asked);
    auto const finish =
        jobs_.front().write->perform(tx, std::span(items_).subspan(from, to - from));
    auto const settled = claims.settle();
    for (std::size_t i = 0; i < settled.size(); ++i) repeat(tx, keyed[i], settled[i]);
    finish();
    record(tx, asked, keyed);
  }

  void repeat(Tx& tx, std::size_t i, idempotency::Claim const& claim) {
    if (!claim.first && !claim.refused) return;
    replayed_[i] = true;
    if (claim.refused) return items_[i].fail(*claim.refused);
    auto const& first = *claim.first;
    if (first.error) return items_[i].fail(*first.error);
    try {
      Receipt const receipt{first.status, first.refs};
      items_[i].succeed(receipt, job(i).write->render(tx, items_[i].call(), receipt));
    } catch (Error const& error) {
      items_[i].fail(error);
    }
  }

  void record(Tx& tx, std::span<idempotency::Asked const> asked,
              std::span<std::size_t const> keyed) {
    std::vector<idempotency::Outcome> outcomes;
    for (std::size_t i = 0; i < keyed.size(); ++i) {
      auto const& item = items_[keyed[i]];
      if (replayed_[keyed[i]]) continue;
      if (auto const& receipt = item.receipt()) {
        outcomes.push_back({asked[i], {receipt->status, receipt->refs, std::nullopt}, {}});
        for (auto const root : item.roots())
          outcomes.back().touched.push_back({tx.tenant(), root, tx.version_of(root)});
      } else if (item.error() && is_deterministic(*item.error())) {
        auto const status = problem(*item.error(), {}).status;
        outcomes.push_back({asked[i], {status, {}, item.error()}, {}});
      }
    }
    idempotency::record(tx, outcomes);
  }

  Reply reply(std::size_t i) {
    auto& item = items_[i];
    if (item.is_open()) throw std::logic_error("a batch left an item undecided");
    auto reply =
        item.error() ? problem(*item.error(), item.call().request().id) : item.take_reply();
    if (!job(i).claim) return reply;
    reply.headers.emplace_back("Idempotency-Key", job(i).claim->key);
    bool const mismatch = item.error() && item.error()->code() == Code::idempotency_mismatch;
    if (replayed_[i] && !mismatch) reply.headers.emplace_back("Idempotency-Replayed", "true");
    return reply;
  }

  std::span<BatchJob const> const jobs_;
  std::vector<std::size_t> order_;  // places of jobs, by tenant
  std::vector<BatchItem> items_;    // in that order
  std::vector<bool> replayed_;      // of items: an earlier request used the key
};

}  // namespace

BatchOutcome run_batch(postgres::Pool& pool, std::span<BatchJob const> jobs) {
  Run run(jobs);
  BatchOutcome outcome;
  outcome.committed =
      pool.transact(postgres::Mode::write, run.first_tenant(), [&](Tx& tx) { run(tx); });
  outcome.replies = run.replies();
  return outcome;
}

Reply refuse_for_good(postgres::Pool& pool, BatchJob const& job, Error const& error,
                      log::Logger& log) {
  if (!job.claim || !is_deterministic(error)) return problem(error, job.visit->request().id);
  Write const refusing{[&](Tx&, Call const&) -> Receipt { throw Error(error); }, job.write->render};
  return run_write(pool, *job.visit, refusing, log).reply;
}

}  // namespace throughline::http
