// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// How well likeness finds who is who: prints for each set what it achieves and what it owes, before
// and after its weights were estimated, then the same in other orders of arrival. The first
// argument is where the data are (../shared/data); --only SET, --explain SET (its wrong merges and
// the pairs missed), --people N and --seed N of the sets that are made, --certain P, --margin BITS.
//
// person: recall once a person has decided the reviews; order: pairs joined in one order and not in
// the other, and how many of those no review names; us/50: processor time to judge 50 customers.
#include <algorithm>
#include <cstdio>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "sets.hpp"
#include "world.hpp"

namespace throughline::bench {
namespace {

constexpr std::size_t shuffles = 3;
constexpr std::size_t random_pairs = 200000;

using Groups = std::vector<std::size_t>;  // per record, its group

class Union {
 public:
  explicit Union(std::size_t size) : parent_(size) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t root(std::size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::size_t one, std::size_t other) { parent_[root(one)] = root(other); }
  Groups groups() {
    Groups result(parent_.size());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = root(i);
    return result;
  }

 private:
  std::vector<std::size_t> parent_;
};

double pairs_of(double count) {
  return count * (count - 1) / 2;
}

template <class Key>
double pairs_within(std::map<Key, double> const& counts) {
  double sum = 0;
  for (auto const& [key, count] : counts) sum += pairs_of(count);
  return sum;
}

struct Measure {
  double precision = 1, recall = 1;
  std::size_t impure = 0, largest = 0, largest_true = 0;
};

Measure measure(Groups const& groups, Groups const& truth) {
  std::map<std::size_t, double> found, owed;
  std::map<std::pair<std::size_t, std::size_t>, double> both;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    ++found[groups[i]];
    ++owed[truth[i]];
    ++both[{groups[i], truth[i]}];
  }
  Measure result;
  double const right = pairs_within(both);
  if (pairs_within(found) > 0) result.precision = right / pairs_within(found);
  if (pairs_within(owed) > 0) result.recall = right / pairs_within(owed);
  std::map<std::size_t, std::size_t> people;
  for (auto const& [key, count] : both) ++people[key.first];
  for (auto const& [group, count] : people) result.impure += count > 1 ? 1 : 0;
  for (auto const& [group, count] : found) {
    result.largest = std::max(result.largest, static_cast<std::size_t>(count));
  }
  for (auto const& [group, count] : owed) {
    result.largest_true = std::max(result.largest_true, static_cast<std::size_t>(count));
  }
  return result;
}

/// The groups once a person has said yes to what is true of what was put to review (`truth`), or
/// to all of it (no truth).
Groups reviewed(World const& world, Groups const* truth) {
  Union joined(world.customers().size());
  for (std::size_t i = 0; i < world.customers().size(); ++i) joined.join(i, world.customers()[i]);
  for (auto const& review : world.reviews()) {
    for (auto const candidate : review.candidates) {
      bool const same = truth == nullptr || (*truth)[review.record] == (*truth)[candidate];
      if (same) joined.join(review.record, candidate);
    }
  }
  return joined.groups();
}

/// Pairs that one order of arrival joins and another does not, and how many of those are not under
/// review in either.
struct Difference {
  std::size_t pairs = 0, unnamed = 0;
};

Difference difference(World const& one, World const& other) {
  Groups const open_one = reviewed(one, nullptr);
  Groups const open_other = reviewed(other, nullptr);
  Difference result;
  auto const count = [&](Groups const& joined, Groups const& parted) {
    std::map<std::size_t, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < joined.size(); ++i) groups[joined[i]].push_back(i);
    for (auto const& [group, records] : groups) {
      for (std::size_t i = 0; i < records.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          auto const a = records[i], b = records[j];
          if (parted[a] == parted[b]) continue;
          ++result.pairs;
          if (open_one[a] != open_one[b] || open_other[a] != open_other[b]) ++result.unnamed;
        }
      }
    }
  };
  count(one.customers(), other.customers());
  count(other.customers(), one.customers());
  return result;
}

struct Loaded {
  Set set;
  std::vector<likeness::Record> records;
  Groups truth;
};

Loaded load(Set set) {
  Loaded loaded{std::move(set), {}, {}};
  std::map<std::string, std::size_t> people;
  for (auto const& row : loaded.set.rows) {
    loaded.records.push_back(to_record(row));
    loaded.truth.push_back(people.try_emplace(row.person, people.size()).first->second);
  }
  return loaded;
}

World run(Loaded const& loaded, likeness::Weights const& weights,
          likeness::Thresholds const& thresholds, std::uint64_t seed) {
  std::vector<std::size_t> order(loaded.records.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 random(seed);
  for (std::size_t i = order.size(); seed != 0 && i > 1; --i) {
    std::swap(order[i - 1], order[random() % i]);
  }
  World world(loaded.records, weights, thresholds);
  for (auto const record : order) world.arrive(record);
  return world;
}

void print(Loaded const& loaded, char const* how, World const& world, Difference const& apart) {
  Measure const automatic = measure(world.customers(), loaded.truth);
  Measure const person = measure(reviewed(world, &loaded.truth), loaded.truth);
  auto const records = static_cast<double>(loaded.records.size());
  double const f1 = 2 * automatic.precision * automatic.recall /
                    std::max(1e-9, automatic.precision + automatic.recall);
  std::printf("%-12s %6zu %-9s %.5f %.4f %.4f  %.4f %6zu %5zu/%zu %8.1f %6zu/%-6zu %5.1f %6.1f\n",
              loaded.set.name.c_str(), loaded.records.size(), how, automatic.precision,
              automatic.recall, f1, person.recall, automatic.impure, automatic.largest,
              automatic.largest_true, 1000 * static_cast<double>(world.reviews().size()) / records,
              apart.unnamed, apart.pairs, static_cast<double>(world.keys_made()) / records,
              world.judging_seconds() / std::max(1.0, static_cast<double>(world.judged())) * 50e6);
}

void print_owed(Owed const& owed) {
  std::printf("%-12s %6s %-9s %.5f %.4f %6s  %.4f %6s %5s %8.1f\n", "", "", "owed", owed.precision,
              owed.recall, "", owed.recall_reviewed, "", "2x", owed.reviews);
}

void explain_record(Row const& row) {
  std::printf("    %-14s %-6s", row.id.c_str(), row.person.c_str());
  for (auto const& [field, value] : row.fields) std::printf(" %s", value.c_str());
  for (auto const& each : row.identifiers) std::printf(" [%s]", each.value.c_str());
  std::printf("\n");
}

void explain(Loaded const& loaded, World const& world, likeness::Weights const& weights) {
  auto const& groups = world.customers();
  auto const open = reviewed(world, nullptr);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      bool const joined = groups[i] == groups[j];
      bool const same = loaded.truth[i] == loaded.truth[j];
      if (joined == same) continue;
      auto const score = likeness::compare(loaded.records[i], loaded.records[j], weights);
      std::printf("%s %.1f bits %s\n",
                  joined ? "WRONG" : (open[i] == open[j] ? "reviewed" : "missed"), score.bits,
                  likeness::to_json(score.evidence).c_str());
      explain_record(loaded.set.rows[i]);
      explain_record(loaded.set.rows[j]);
    }
  }
}

void report(Loaded const& loaded, likeness::Thresholds const& thresholds, bool explained) {
  auto const& defaults = likeness::default_weights();
  World const first = run(loaded, defaults, thresholds, 0);
  if (explained) return explain(loaded, first, defaults);
  auto const estimated = likeness::estimate(first.sample(random_pairs, 1));
  for (auto const& [how, weights] :
       {std::pair("defaults", &defaults), std::pair("estimated", &estimated)}) {
    World const in_order = run(loaded, *weights, thresholds, 0);
    print(loaded, how, in_order, {});
    for (std::size_t seed = 1; seed < shuffles; ++seed) {
      World const shuffled = run(loaded, *weights, thresholds, seed);
      print(loaded, "shuffled", shuffled, difference(in_order, shuffled));
    }
  }
  print_owed(loaded.set.owed);
  std::fflush(stdout);
}

struct Options {
  std::string data = "../shared/data";
  std::string only;
  bool explained = false;
  std::uint64_t seed = 7;     // of the sets that are made
  std::size_t people = 6000;  // in each of them
  likeness::Thresholds thresholds;
};

Options read_options(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    std::string_view const word = arguments[i];
    bool const valued = word.starts_with("--") && i + 1 < count;
    if (!valued) {
      options.data = word;
      continue;
    }
    std::string const value = arguments[++i];
    if (word == "--explain") options.only = value;
    if (word == "--explain") options.explained = true;
    if (word == "--only") options.only = value;
    if (word == "--seed") options.seed = std::stoull(value);
    if (word == "--people") options.people = std::stoull(value);
    if (word == "--certain") options.thresholds.certain = std::stod(value);
    if (word == "--margin") options.thresholds.margin_bits = std::stod(value);
  }
  return options;
}

int main_of(int count, char** arguments) {
  Options const options = read_options(count, arguments);
  if (!options.explained) {
    std::printf("%-12s %6s %-9s %-7s %-6s %-6s  %-6s %6s %7s %8s %13s %5s %6s\n", "set", "records",
                "weights", "precis.", "recall", "F1", "person", "impure", "largest", "reviews",
                "order", "keys", "us/50");
  }
  auto const consider = [&](char const* name, auto make) {
    if (!options.only.empty() && options.only != name) return;
    report(load(make()), options.thresholds, options.explained);
  };
  consider("senzing", [&] { return senzing(options.data); });
  consider("febrl3", [&] { return febrl(options.data, 3); });
  consider("febrl1", [&] { return febrl(options.data, 1); });
  consider("fake_1000", [&] { return splink(options.data); });
  consider("like_febrl", [&] { return like_febrl(options.data, options.people, options.seed); });
  consider("like_splink", [&] { return like_splink(options.data, options.people, options.seed); });
  consider("contacts", [&] { return contacts(options.data, options.people, options.seed); });
  return 0;
}

}  // namespace
}  // namespace throughline::bench

int main(int count, char** arguments) {
  return throughline::bench::main_of(count, arguments);
}
