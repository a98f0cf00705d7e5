// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/faults/check.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <unordered_map>

namespace throughline::faults {

namespace {

constexpr std::size_t told_max = 5;
constexpr Micros around = 3'000'000;  // notes so near to a failure are told with it
/// Ids are the server's: a token of such a view is known only once its write was acknowledged.
constexpr char feed_view[] = "feed";

struct View {
  std::unordered_map<std::string, Write const*> writes;  // by token, the one that began first
  std::vector<std::pair<Write const*, std::string>> values;  // of all
  bool of_one_value = false;
};

double seconds(Micros at) {
  return static_cast<double>(at) / 1e6;
}

class Check {
 public:
  explicit Check(History::Records const& records) : records_(records) {}

  Verdict run() {
    verdict_.broken = records_.failures;
    verdict_.broken_at = records_.failed_at;
    index();
    for (auto const& read : records_.reads) {
      for (auto const& saw : read.saw) {
        auto const view = views_.find(saw.view);
        if (view != views_.end()) check(read, saw, view->second);
      }
    }
    check_feed();
    count();
    return std::move(verdict_);
  }

 private:
  void index() {
    for (auto const& write : records_.writes) {
      if (write.acknowledged == never) ++unknown_;
      for (auto const& put : write.puts) {
        auto& view = views_[put.view];
        view.of_one_value |= put.replaces;
        view.writes.emplace(put.token, &write);
        view.values.emplace_back(&write, put.token);
      }
    }
  }

  void check(Read const& read, Saw const& saw, View const& view) {
    std::set<std::string> const seen(saw.tokens.begin(), saw.tokens.end());
    if (seen.size() != saw.tokens.size()) broken(read, saw, "shows something twice", nullptr);
    std::size_t strange = 0;
    for (auto const& token : seen) {
      auto const known = view.writes.find(token);
      if (known == view.writes.end() || known->second->begun > read.ended) ++strange;
    }
    // Of a write that was never acknowledged, the ids that it made are not known.
    if (strange > unknown_) broken(read, saw, "shows what nobody sent", nullptr);
    if (view.of_one_value) return check_value(read, saw, view);
    if (saw.tokens.size() >= saw.most) return;
    for (auto const& [write, token] : view.values) {
      if (write->acknowledged < read.begun && !seen.contains(token)) {
        return broken(read, saw, "lacks " + token, write);
      }
    }
  }

  /// The value seen must not have been replaced, in full, before the read began. It may have been
  /// written more than once: then it is the last time that counts.
  void check_value(Read const& read, Saw const& saw, View const& view) {
    Write const* replaced_by = nullptr;
    std::string replacement;
    auto const is_replaced = [&](Write const* seen) {
      for (auto const& [write, token] : view.values) {
        // Nothing seen: the view is as it was before any write.
        bool const later = seen == nullptr || write->begun > seen->acknowledged;
        if (!later || write->acknowledged >= read.begun) continue;
        replaced_by = write;
        replacement = token;
        return true;
      }
      return false;
    };
    bool found = false;
    for (auto const& [write, token] : view.values) {
      if (saw.tokens.empty() || token != saw.tokens.front()) continue;
      if (!is_replaced(write)) return;
      found = true;
    }
    if (found || is_replaced(nullptr)) {
      broken(read, saw, "shows a value that was replaced by " + replacement, replaced_by);
    }
  }

  void check_feed() {
    std::set<std::string> delivered;
    std::map<std::string, std::int64_t> versions;
    std::int64_t position = 0;
    for (auto const& fact : records_.feed) {
      if (!delivered.insert(fact.token).second) {
        broken("the feed delivers twice: " + fact.token, fact.at);
      }
      if (fact.position <= position) {
        broken("the feed turns back at " + fact.token, fact.at);
      }
      position = fact.position;
      auto& version = versions[fact.customer];
      if (fact.version < version) {
        broken("the feed turns back in the versions of " + fact.customer + " at " + fact.token,
               fact.at);
      }
      version = fact.version;
    }
    auto const view = views_.find(feed_view);
    if (view == views_.end() || records_.feed.empty()) return;
    for (auto const& [write, token] : view->second.values) {
      if (write->acknowledged != never && !delivered.contains(token)) {
        broken("the feed lacks " + token + "\n  write " + write->what, write->acknowledged);
      }
    }
    measure_feed(view->second);
  }

  void measure_feed(View const& view) {
    std::vector<Micros> trails;
    for (auto const& fact : records_.feed) {
      auto const write = view.writes.find(fact.token);
      if (write == view.writes.end() || write->second->acknowledged == never) continue;
      trails.push_back(std::max<Micros>(0, fact.at - write->second->acknowledged));
    }
    if (trails.empty()) return;
    std::sort(trails.begin(), trails.end());
    verdict_.feed_trails_median = trails[trails.size() / 2];
    verdict_.feed_trails_most = trails.back();
  }

  void count() {
    verdict_.writes = records_.writes.size();
    verdict_.reads = records_.reads.size();
    verdict_.facts = records_.feed.size();
    for (auto const& write : records_.writes) {
      verdict_.repeated += write.attempts > 1 ? 1 : 0;
      if (write.acknowledged == never) continue;
      ++verdict_.acknowledged;
      verdict_.slowest_write = std::max(verdict_.slowest_write, write.acknowledged - write.begun);
    }
  }

  void broken(std::string const& what, Micros at = never) {
    verdict_.broken_at = std::min(verdict_.broken_at, at);
    if (verdict_.broken.size() < told_max) verdict_.broken.push_back(what);
  }

  void broken(Read const& read, Saw const& saw, std::string const& what, Write const* write) {
    verdict_.broken_at = std::min(verdict_.broken_at, read.ended);
    if (verdict_.broken.size() >= told_max) return;
    std::ostringstream text;
    text << saw.view << " " << what << "\n  read  " << read.what << ", begun at "
         << seconds(read.begun) << " s, answered at " << seconds(read.ended) << " s\n";
    if (write != nullptr) {
      text << "  write " << write->what << "\n        begun at " << seconds(write->begun)
           << " s, acknowledged at " << seconds(write->acknowledged) << " s, attempt "
           << write->attempts << ": " << write->last_answer << "\n";
    }
    text << "  saw  ";
    for (auto const& token : saw.tokens) text << " " << token;
    for (auto const& [at, note] : records_.notes) {
      if (at > read.begun - around && at < read.ended + around) {
        text << "\n  " << seconds(at) << " s " << note;
      }
    }
    verdict_.broken.push_back(text.str());
  }

  History::Records const& records_;
  std::map<std::string, View> views_;
  std::size_t unknown_ = 0;  // writes of which nobody knows whether they happened
  Verdict verdict_;
};

}  // namespace

std::string Verdict::told() const {
  std::ostringstream text;
  text << acknowledged << " of " << writes << " writes acknowledged (" << repeated
       << " took more than one attempt, the slowest " << seconds(slowest_write) << " s), " << reads
       << " reads checked, " << facts << " facts in the feed, which trailed by "
       << seconds(feed_trails_median) << " s in the median and " << seconds(feed_trails_most)
       << " s at most";
  if (broken_at != never) text << "\nBROKEN after " << seconds(broken_at) << " s";
  for (auto const& one : broken) text << "\nBROKEN: " << one;
  return text.str();
}

void Verdict::add(Verdict const& next) {
  broken.insert(broken.end(), next.broken.begin(), next.broken.end());
  broken_at = std::min(broken_at, next.broken_at);
  writes += next.writes;
  acknowledged += next.acknowledged;
  repeated += next.repeated;
  reads += next.reads;
  facts += next.facts;
  feed_trails_median = std::max(feed_trails_median, next.feed_trails_median);
  feed_trails_most = std::max(feed_trails_most, next.feed_trails_most);
  slowest_write = std::max(slowest_write, next.slowest_write);
}

Verdict check(History::Records const& records) {
  return Check(records).run();
}

}  // namespace throughline::faults
