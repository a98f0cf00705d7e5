// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Questions and answers of POST /v1/identity/resolve.
#include <algorithm>
#include <array>
#include <cmath>

#include "domain/identity/wire.hpp"
#include "throughline/base/json.hpp"
#include "throughline/domain/customers_wire.hpp"
#include "throughline/domain/identity_wire.hpp"

namespace throughline::identity {

using json::Reader;
using json::Value;

Question read_question(std::string_view body, Actor const& actor) {
  Value const object = json::parse_object(body);
  Reader in(object);
  Question question;
  question.profile = customers::read_profile(in, customers::Dates::as_said);
  if (question.profile == "null" || question.profile == "{}") question.profile.clear();
  std::size_t const least = question.profile.empty() ? 1 : 0;
  question.identifiers = distinct(read_identifiers(in, "identifiers", actor, least));
  question.create = in.boolean("create").value_or(false);
  question.dry_run = in.boolean("dry_run").value_or(false);
  in.finish();
  return question;
}

namespace {

Value to_value(Leading const& leading) {
  return {{"type", leading.identifier->type},
          {"value", leading.identifier->value},
          {"assurance", leading.holder.assurance},
          {"exact", leading.identifier->exact},
          {"confirmed_at", format_rfc3339(leading.holder.confirmed_at)}};
}

/// Four decimals tell all that a model can know; and what is not certain does not look so.
double rounded(double score) {
  return std::floor(score * 10000) / 10000;
}

Value to_value(Match const& match, Names const& names, std::vector<Leading> const& leading) {
  auto const name = names.find(match.customer);
  Value identifiers = Value::array();
  for (Leading const& item : leading) identifiers.push_back(to_value(item));
  return {{"customer_id", match.customer.str()},
          {"display_name", name == names.end() ? Value() : Value(name->second)},
          {"grade", match.grade},
          {"score", rounded(match.score)},
          {"evidence", Value::parse(match.evidence_json)},
          {"against", match.against},
          {"identifiers", std::move(identifiers)}};
}

template <class Id>
Value id_or_null(std::optional<Id> const& id) {
  return id ? Value(id->str()) : Value();
}

}  // namespace

std::string answer_json(Answer const& answer, bool dry_run, Names const& names,
                        std::vector<std::vector<Leading>> const& leading) {
  Value matches = Value::array();
  for (std::size_t i = 0; i < answer.matches.size(); ++i) {
    matches.push_back(to_value(answer.matches[i], names, leading[i]));
  }
  return json::dump({{"customer_id", id_or_null(answer.customer)},
                     {"decision", name(answer.decision)},
                     {"dry_run", dry_run},
                     {"matches", std::move(matches)},
                     {"merge_id", id_or_null(answer.merge)},
                     {"match_id", id_or_null(answer.review)},
                     {"keys_skipped", answer.skipped_keys}});
}

// --- receipts --------------------------------------------------------------------------------

namespace {

Decision parse_decision(std::string_view word) {
  static constexpr std::array all{Decision::matched, Decision::created, Decision::review,
                                  Decision::conflict, Decision::none};
  return *std::find_if(all.begin(), all.end() - 1,
                       [word](Decision decision) { return name(decision) == word; });
}

template <class Id>
std::optional<Id> id_at(Value const& value, char const* member) {
  auto const found = value.find(member);
  if (found == value.end()) return std::nullopt;
  return Id::parse(found->get_ref<std::string const&>());
}

}  // namespace

std::string to_refs(Answer const& answer) {
  Value matches = Value::array();
  for (Match const& match : answer.matches) {
    matches.push_back({{"customer", match.customer.str()},
                       {"grade", match.grade},
                       {"score", match.score},
                       {"evidence", Value::parse(match.evidence_json)},
                       {"against", match.against}});
  }
  Value refs = {{"decision", name(answer.decision)},
                {"matches", std::move(matches)},
                {"skipped", answer.skipped_keys}};
  if (answer.customer) refs["customer"] = answer.customer->str();
  if (answer.merge) refs["merge"] = answer.merge->str();
  if (answer.review) refs["review"] = answer.review->str();
  return json::dump(refs);
}

Answer parse_answer_refs(std::string_view refs) {
  Value const value = Value::parse(refs);
  Answer answer;
  answer.decision = parse_decision(value.at("decision").get_ref<std::string const&>());
  answer.customer = id_at<CustomerId>(value, "customer");
  answer.merge = id_at<MergeId>(value, "merge");
  answer.review = id_at<MatchId>(value, "review");
  answer.skipped_keys = value.value("skipped", std::size_t{0});
  for (Value const& match : value.at("matches")) {
    answer.matches.push_back({*id_at<CustomerId>(match, "customer"),
                              match.at("grade").get<std::string>(), match.value("score", 0.0),
                              json::dump(match.value("evidence", Value::array())),
                              match.value("against", std::vector<std::string>{})});
  }
  return answer;
}

}  // namespace throughline::identity
