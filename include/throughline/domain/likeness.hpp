// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// How likely it is that two records speak of one person. Pure: no table, no clock, no state; every
// function is thread-safe. docs/IDENTITY.md tells why each rule is as it is, and what it achieves.
//
//   read → keys (the caller finds who shares one) → judge: one clear winner, a review, or nobody
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace throughline::likeness {

inline constexpr std::size_t keys_max = 120;        // of one record
inline constexpr std::size_t identifiers_max = 50;  // of one record; the rest is not looked at
inline constexpr std::size_t text_bytes_max = 256;  // of one profile field; the rest is cut off
inline constexpr std::size_t words_max = 12;        // of one name or address line

// --- what a record says ----------------------------------------------------------------------

/// An identifier in its canonical form (identity_values.hpp).
struct Value {
  std::string type;  // "email" "phone" "social" "account"; others are not compared
  std::string value;
  std::string alias = {};  // email: the address that the provider delivers it to as well
  bool exact = true;       // false: text that names nobody for certain; agreement counts little
  bool shared = false;     // known to belong to several people; agreement counts little
};

/// A day of birth, as far as it is told.
struct Date {
  int year = 0;   // 0 to 99 where the century is not told
  int month = 0;  // 0: not told
  int day = 0;    // 0: not told
  bool operator==(Date const&) const = default;
};

struct Address {
  std::vector<std::string> line1;  // words, the house number first where there is one
  std::vector<std::string> line2;
  std::string city;  // without spaces
  std::string postal_code;
  std::string country;
  bool operator==(Address const&) const = default;
};

/// What one record says about a person, made comparable: words in lower-case Latin letters and
/// digits, other scripts transliterated. Whatever is empty was not told. Made by read().
struct Record {
  std::vector<std::string> given;
  std::vector<std::string> family;
  std::string suffix;  // "jr" "sr" "i" "ii" "iii" "iv"
  std::optional<Date> born;
  Address address;
  std::vector<Value> identifiers;
};

/// Takes given_name, family_name, full_name (where one of the two is missing), date_of_birth and
/// address {line1 line2 city postal_code country} out of a profile; the rest of it counts for
/// nothing. Never throws: text that is no JSON object, or a field of another type, tells nothing.
/// Dates are read as 1978-11-12, 19781112, 12/31/1978, 31.12.1978, 12-Nov-78, Nov 12 1978, 1978-11,
/// 1978. Where day and month may be either, month comes first; comparing allows for the swap.
Record read(std::string_view profile_json, std::span<Value const> identifiers);

// --- who could it be -------------------------------------------------------------------------

/// A hash of something that two records of one person are likely to share. Stable between versions
/// of the program: keys are stored.
using Key = std::int64_t;

/// At most keys_max, each once. Two records share a key where
///   an email's local part, a phone's digits, or an account's number in one system differ by at
///   most one edit (a character dropped, added, replaced, or two neighbours swapped), from five
///   characters up,
///   both names agree in any order, however nicknamed (weakest: it is skipped where it is common),
///   a date of birth (day and month in any order) meets a name's initial, city or postal code,
///   a house number and street meet a postal code or a name's sound.
/// A key that many records have says nothing; the caller skips it, and counts.
std::vector<Key> keys(Record const& record);

// --- two records -----------------------------------------------------------------------------

/// The fields compared, with their levels from the closest to the most distant. A field that one of
/// the two does not tell has no level, and says nothing.
///
///   given_name, family_name  exact · variant (a nickname, one of several names) ·
///                            close (one edit) · initial · near (two edits, or sounding alike) ·
///                            different
///   name_order               swapped (given and family name stand in each other's place)
///   date_of_birth            exact · swapped (day and month) · digit (one edit) ·
///                            year (as far as both tell) · slip (two of three agree, or
///                            next to the other) · different
///   address                  home (number, street, place) · street · postal_code · city ·
///                            different
///   email                    exact · alias · close (one edit) · local (other domain) ·
///                            shared · different
///   phone                    exact · close (one digit, or the last seven agree) · shared ·
///                            different
///   personal_number          exact · close (one edit) · different: accounts in systems that number
///                            people, one each (ssn, passport-us, national-id)
///   account                  exact (in one system) · close (one edit) · shared · different
///   social                   exact · shared · different
enum class Field {
  given_name,
  family_name,
  name_order,
  date_of_birth,
  address,
  email,
  phone,
  personal_number,
  account,
  social
};
inline constexpr std::size_t field_count = 10;
inline constexpr std::size_t levels_max = 6;

std::string_view name(Field field);
/// The names of a field's levels, closest first.
std::span<std::string_view const> levels(Field field);

/// Per field the level, counted from 1; 0 where it says nothing.
using Pattern = std::array<std::uint8_t, field_count>;

/// How often a level is seen among records of one person (m) and of two (u).
struct Odds {
  double m = 0;
  double u = 0;
};
/// What an identifier shared by chance is worth depends on how many people there are: u of email,
/// phone, personal_number, account and social is for this many, and judge() scales it.
inline constexpr double reference_population = 10000;

struct Weights {
  std::int64_t version = 0;  // the caller's; 0: default_weights()
  std::array<std::array<Odds, levels_max>, field_count> odds;
  /// log2(m/u), 0 for level 0.
  double bits(Field field, std::size_t level) const;
};
/// What holds before a tenant's own data were looked at.
Weights const& default_weights();

/// What a field contributed. The evidence kept of a merge is a list of these: names of fields and
/// levels, never a value.
struct Evidence {
  Field field = Field::given_name;
  std::uint8_t level = 1;
  double bits = 0;
  std::string_view level_name() const;
};

struct Score {
  double bits = 0;  // the sum
  std::vector<Evidence> evidence;
};

Pattern pattern(Record const& one, Record const& other);
/// Symmetric.
Score compare(Record const& one, Record const& other, Weights const& weights);

// --- what forbids a merge by rule ------------------------------------------------------------

enum class Veto {
  date_of_birth,  // dates that no slip explains (levels exact to slip)
  suffix,         // Jr and Sr, II and III
  exclusive,      // two values where a person has one: told by the caller
  parted          // remembered as "not the same": told by the caller
};
std::string_view name(Veto veto);

/// Every member of one with every member of the other; each kind once. Finds the first two kinds.
/// Dates forbid where more pairs are incompatible than compatible, and no number or account proves
/// that one of the dates is wrong (an exact one, with names and address beside it).
std::vector<Veto> vetoes(std::span<Record const> one, std::span<Record const> other);

// --- one record and those it could belong to -------------------------------------------------

/// A customer as judge() sees it: what each of its parts says.
struct Entity {
  std::span<Record const> records;
  std::vector<Veto> vetoes;  // those that the caller knows of
};

/// The grades of HL7 FHIR $match.
enum class Grade { certain, probable, possible, certainly_not };
std::string_view name(Grade grade);

struct Thresholds {
  double certain = 0.99;  // probability from which a grade is given
  double probable = 0.9;
  double possible = 0.05;
  double margin_bits = 7;        // by which a clear winner is ahead of the next
  double equal_bits = 1;         // two candidates no further apart are equal: always for a person
  double population_min = 1000;  // the prior is never better than one in so many
};

/// Why an entity is not certain although its probability is high enough.
enum class Doubt {
  none,
  given_name,  // the given names differ: twins, a family behind one address, mailbox or telephone
  unanchored,  // nothing agrees but names and address: father and son
  contact      // an email or telephone agrees, but the names do not fully
};
std::string_view name(Doubt doubt);

struct Judged {
  std::size_t index = 0;  // into the entities asked about
  Grade grade = Grade::certainly_not;
  double probability = 0;
  double bits = 0;
  std::vector<Evidence> evidence;
  std::vector<Veto> vetoes;
  Doubt doubt = Doubt::none;
};

struct Verdict {
  std::vector<Judged> judged;  // every entity, best first (grade, bits, index)
  /// Into the entities: the one that is certain, by a margin ahead of whoever is not `also` it.
  std::optional<std::size_t> winner;
  /// Into the entities: certain as well, and fragments of the winner by what the two say of each
  /// other (nothing forbids it, more than names agree). With this record between them the caller
  /// may join them to the winner by rule, under their own vetoes, or put them to review; the record
  /// joins the winner in any case.
  std::vector<std::size_t> also;
  /// With a winner: others that it could be as well, by what it says together with this record and
  /// `also`; at least probable, nothing casts doubt or forbids it. They grew apart while neither
  /// told enough. For a person, so that the order of arrival hides nobody.
  std::vector<Judged> doubles;
  /// Into the entities, best first: without a winner, those to put before a person, if any is at
  /// least probable (the others possible). Empty: nobody, or a clear winner.
  std::vector<std::size_t> review;
};

/// Compares the record with each entity: field by field with the member that fits best, what
/// forbids a merge with all of them. `population` is how many customers the tenant has; the prior
/// is one in as many. An entity that is vetoed is certainly_not; where an account agrees exactly it
/// is possible, and reviewed. 50 entities of three records take less than half a millisecond.
Verdict judge(Record const& incoming, std::span<Entity const> entities, Weights const& weights,
              Thresholds const& thresholds, double population);

// --- weights from a tenant's own records, without labels -------------------------------------

/// Patterns counted: those of pairs that share a key, and those of pairs drawn at random.
struct Sample {
  std::map<Pattern, double> found;
  std::map<Pattern, double> random;
  double population = reference_population;  // how many records the pairs were drawn from
};

/// u from the random pairs, m by expectation and maximisation over those found. A level that was
/// seen too rarely keeps the default; levels stay in order, closer never worth less. The version is
/// the caller's to set. Degenerate samples (empty, all alike) give the defaults back.
Weights estimate(Sample const& sample);

// --- as text ---------------------------------------------------------------------------------

/// {"version":1,"fields":{"email":{"exact":{"m":0.8,"u":0.00001},…},…}}
std::string to_json(Weights const& weights);
/// nullopt for anything that to_json would not have written.
std::optional<Weights> read_weights(std::string_view json);

/// [{"field":"email","level":"exact","bits":15.3},…], bits to one decimal.
std::string to_json(std::span<Evidence const> evidence);

}  // namespace throughline::likeness
