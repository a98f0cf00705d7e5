// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Sets of records whose truth is known: read from ../shared/data, or made.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "throughline/domain/identity_values.hpp"
#include "throughline/domain/likeness.hpp"

namespace throughline::bench {

struct Row {
  std::string id;
  std::string person;                         // the truth
  std::map<std::string, std::string> fields;  // of the standard profile, address as "address.city"
  std::vector<identity::RawIdentifier> identifiers;
};

/// What a set owes, where it owes anything: 0 is nothing, and reviews have no bound below 0.
struct Owed {
  double precision = 0;
  double recall = 0;
  double recall_reviewed = 0;
  double reviews = -1;  // per 1,000 records, at most
};

struct Set {
  std::string name;
  std::vector<Row> rows;
  Owed owed;
};

/// The columns of a comma-separated file with a heading, quotes understood, spaces trimmed.
using Table = std::vector<std::map<std::string, std::string>>;
Table read_csv(std::string const& path);

Set senzing(std::string const& data);
Set febrl(std::string const& data, int number);
Set splink(std::string const& data);

/// Made of the same names and streets, larger and noisier. `people` is how many; about twice to
/// four times as many records.
Set like_febrl(std::string const& data, std::size_t people, std::uint64_t seed);
Set like_splink(std::string const& data, std::size_t people, std::uint64_t seed);
/// Contacts of families and firms: landlines and mailboxes shared, fathers and sons of one name,
/// twins, people who move, marry, and change their address.
Set contacts(std::string const& data, std::size_t people, std::uint64_t seed);

likeness::Record to_record(Row const& row);

}  // namespace throughline::bench
