// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/matches/wire.hpp"

#include <array>

#include "throughline/base/json.hpp"

namespace throughline::matches {
namespace {

using json::Reader;
using json::Value;

constexpr std::size_t reason_max = 1000;  // characters
constexpr std::array<std::string_view, 3> decisions{"merge", "not_same", "later"};

/// Fields of a profile that tell people apart, and those of its address.
constexpr std::array<char const*, 4> profile_fields{"given_name", "family_name", "full_name",
                                                    "date_of_birth"};
constexpr std::array<char const*, 6> address_fields{"line1",  "line2",       "city",
                                                    "region", "postal_code", "country"};

Decision decision_named(std::string_view word) {
  if (word == "merge") return Decision::merge;
  return word == "not_same" ? Decision::not_same : Decision::later;
}

template <class Fields>
Value only(Value const& object, Fields const& fields) {
  Value kept = Value::object();
  for (auto const* field : fields) {
    if (auto const found = object.find(field); found != object.end()) kept[field] = *found;
  }
  return kept;
}

Value standard_fields(std::string const& profile) {
  Value const all = Value::parse(profile);
  Value kept = only(all, profile_fields);
  auto const address = all.find("address");
  if (address != all.end() && address->is_object())
    kept["address"] = only(*address, address_fields);
  return kept;
}

Value to_value(std::vector<Held> const& identifiers) {
  Value list = Value::array();
  for (Held const& held : identifiers) {
    list.push_back({{"type", held.type},
                    {"value", held.value},
                    {"assurance", held.assurance},
                    {"shared", held.shared}});
  }
  return list;
}

Value to_value(Person const& person) {
  return {{"part_id", person.part.str()},
          {"customer_id", person.customer.str()},
          {"display_name", json::or_null(person.display_name)},
          {"profile", standard_fields(person.profile)},
          {"identifiers", to_value(person.identifiers)}};
}

Value to_value(ShownCandidate const& candidate) {
  Value document = to_value(candidate.person);
  document["grade"] = candidate.grade;
  document["score"] = candidate.score;
  document["evidence"] = Value::parse(candidate.evidence);
  document["against"] = Value::parse(candidate.against);
  document["verdict"] = json::or_null(candidate.verdict);
  return document;
}

Value to_value(Said const& said) {
  return {{"decision", said.decision},          {"part_id", json::or_null(said.part)},
          {"until", json::or_null(said.until)}, {"reason", json::or_null(said.reason)},
          {"agent", json::or_null(said.agent)}, {"key_id", said.key.str()},
          {"at", format_rfc3339(said.at)}};
}

template <class Items>
Value list_of(Items const& items) {
  Value list = Value::array();
  for (auto const& item : items) list.push_back(to_value(item));
  return list;
}

}  // namespace

Decide read_decide(std::string_view body) {
  Value const object = json::parse_object(body);
  Reader in(object);
  Decide read;
  read.decision = decision_named(in.required_word("decision", decisions));
  read.customer = in.id<CustomerId>("customer_id");
  read.until = in.time("until");
  read.reason = in.prose("reason", reason_max).value_or("");
  read.agent = in.agent();
  bool const later = read.decision == Decision::later;
  if (read.until && !later) in.fail("until", "goes with later alone");
  if (read.customer && later) in.fail("customer_id", "goes with merge and not_same alone");
  in.finish();
  return read;
}

std::string to_json(Shown const& match, Timestamp now) {
  bool const put_back = match.status == "later" && match.at > now;
  return json::dump({{"id", match.id.str()},
                     {"status", match.status == "later" && !put_back ? "open" : match.status},
                     {"reason", match.reason},
                     {"raised_at", format_rfc3339(match.raised_at)},
                     {"until", put_back ? Value(format_rfc3339(match.at)) : Value()},
                     {"weights_version", match.weights_version},
                     {"part", to_value(match.person)},
                     {"candidates", list_of(match.candidates)},
                     {"more_candidates", match.more},
                     {"decisions", list_of(match.decisions)},
                     {"merge_id", json::or_null(match.merge)},
                     {"undone_at", json::or_null(match.undone_at)},
                     {"superseded_by", json::or_null(match.superseded_by)}});
}

double strength(std::string_view evidence_json) {
  double bits = 0;
  for (Value const& item : Value::parse(evidence_json)) {
    auto const found = item.find("bits");
    if (found != item.end() && found->is_number()) bits += found->get<double>();
  }
  return bits;
}

std::string texts_json(std::vector<std::string> const& texts) {
  return json::dump(Value(texts));
}

std::string to_refs(MatchId id) {
  return json::dump({{"id", id.str()}});
}

MatchId parse_refs(std::string_view refs) {
  return MatchId::parse(json::parse_object(refs).at("id").get<std::string>()).value();
}

}  // namespace throughline::matches
