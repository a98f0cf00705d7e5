// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/api/problems.hpp"

#include <algorithm>

namespace throughline::support {

namespace {

using nlohmann::json;
using Verdict = Mutation::Verdict;

constexpr std::string_view type_prefix = "urn:throughline:problem:";

bool is_text(json const& document, char const* member) {
  auto const found = document.find(member);
  return found != document.end() && found->is_string() && !found->get<std::string>().empty();
}

bool points_at(json const& errors, std::string_view pointer) {
  return std::any_of(errors.begin(), errors.end(),
                     [&](json const& error) { return error.at("pointer") == pointer; });
}

std::string fault_in_problem(Response const& answer) {
  if (answer.header("content-type") != "application/problem+json") return "is no problem document";
  auto const document = json::parse(answer.body, nullptr, false);
  if (!document.is_object()) return "is not JSON";
  for (auto const* member : {"type", "title", "detail", "instance"}) {
    if (!is_text(document, member)) return std::string("lacks ") + member;
  }
  if (document.value("status", 0) != answer.status) return "names another status";
  auto const type = document.at("type").get<std::string>();
  if (!type.starts_with(type_prefix)) return "has a type of its own making";
  bool const names_fields = type == std::string(type_prefix) + "invalid";
  if (names_fields && (!document.contains("errors") || document.at("errors").empty())) {
    return "names no field";
  }
  if (document.at("instance") != answer.header("x-request-id")) return "names another request";
  return {};
}

/// The errors of the first element's result, if the element was what failed.
json errors_of_item(Response const& answer) {
  auto const document = json::parse(answer.body, nullptr, false);
  auto const results = document.find("results");
  if (results == document.end() || results->empty()) return json::array();
  auto const& first = results->front();
  return first.value("status", "") == "failed" ? first.value("errors", json::array())
                                               : json::array();
}

std::string fault_in_item(Response const& answer, ApiRoute const& route, Mutation const& mutation) {
  auto const errors = errors_of_item(answer);
  if (errors.empty()) return "took the element";
  if (mutation.verdict == Verdict::refused) return {};
  auto const item = std::string(route.items) + "/0";
  auto const points = [&](std::string const& at) {
    return points_at(errors, at) || points_at(errors, at.substr(item.size()));
  };
  bool const around = !mutation.around.empty() && points(mutation.around);
  bool const named = around || points(mutation.pointer);
  return named ? "" : "does not name " + mutation.pointer;
}

std::string fault_of_verdict(Response const& answer, ApiRoute const& route,
                             Mutation const& mutation) {
  bool const in_item = !route.items.empty() && answer.status == 200 &&
                       mutation.pointer.starts_with(std::string(route.items) + "/0");
  switch (mutation.verdict) {
    case Verdict::malformed:
      return answer.status == 400 ? "" : "is not 400";
    case Verdict::named:
      if (in_item) return fault_in_item(answer, route, mutation);
      if (answer.status != 422) return "is not 422";
      if (!mutation.around.empty() && names(answer, mutation.around)) return {};
      return names(answer, mutation.pointer) ? "" : "does not name " + mutation.pointer;
    case Verdict::refused:
      if (in_item) return fault_in_item(answer, route, mutation);
      return answer.status / 100 == 4 ? "" : "is no refusal";
    case Verdict::answered:
      return {};
  }
  return {};
}

std::string said(std::string fault, Response const& answer) {
  if (fault.empty()) return fault;
  return std::to_string(answer.status) + " " + fault + ": " + answer.body.substr(0, 600);
}

}  // namespace

bool names(Response const& problem, std::string_view pointer) {
  auto const document = json::parse(problem.body, nullptr, false);
  return document.is_object() && document.contains("errors") &&
         points_at(document.at("errors"), pointer);
}

std::string fault_in(Response const& answer, std::string_view secret) {
  if (answer.status >= 500) return said("is the server's own failure", answer);
  if (answer.status < 400) return {};
  if (!secret.empty() && answer.body.find(secret) != std::string::npos) {
    return said("repeats what was sent", answer);
  }
  return said(fault_in_problem(answer), answer);
}

std::string fault_in(Response const& answer, ApiRoute const& route, Mutation const& mutation,
                     std::string_view secret) {
  auto const fault = fault_in(answer, secret);
  return fault.empty() ? said(fault_of_verdict(answer, route, mutation), answer) : fault;
}

}  // namespace throughline::support
