// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/problem.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

namespace throughline::http {
namespace {

nlohmann::json body_of_problem(Reply const& reply) {
  return nlohmann::json::parse(reply.body);
}

std::string header(Reply const& reply, std::string_view name) {
  for (auto const& [known, value] : reply.headers) {
    if (known == name) return value;
  }
  return {};
}

template <class Thrown>
std::exception_ptr thrown(Thrown what) {
  return std::make_exception_ptr(std::move(what));
}

}  // namespace

TEST_CASE("each code has a status of its own kind and a stable type", "[http]") {
  struct Case {
    Code code;
    int status;
  };
  for (auto const& [code, status] : {Case{Code::invalid, 422},
                                     {Code::malformed, 400},
                                     {Code::unauthorized, 401},
                                     {Code::forbidden, 403},
                                     {Code::not_found, 404},
                                     {Code::method_not_allowed, 405},
                                     {Code::not_acceptable, 415},
                                     {Code::conflict, 409},
                                     {Code::handed_off, 409},
                                     {Code::ambiguous, 409},
                                     {Code::gone, 410},
                                     {Code::version_mismatch, 412},
                                     {Code::too_large, 413},
                                     {Code::too_many_requests, 429},
                                     {Code::idempotency_mismatch, 422},
                                     {Code::unavailable, 503},
                                     {Code::internal, 500}}) {
    auto const reply = problem(Error(code, "Why."), "id");
    CHECK(reply.status == status);
    CHECK(reply.content_type == "application/problem+json");
    auto const body = body_of_problem(reply);
    CHECK(body["type"] == "urn:throughline:problem:" + std::string(name(code)));
    CHECK(body["status"] == status);
    CHECK(body["detail"] == "Why.");
    CHECK(body["instance"] == "id");
    CHECK_FALSE(body["title"].get<std::string>().empty());
  }
}

TEST_CASE("a problem names every field and carries what it was given", "[http]") {
  Error error({FieldError{"/a\"b", "Give one."}, {"?\xff", "No."}});
  error.with("candidates", R"([{"id":"x"}])");
  auto const body = body_of_problem(problem(error, "id"));
  REQUIRE(body["errors"].size() == 2);
  CHECK(body["errors"][0]["pointer"] == "/a\"b");
  CHECK(body["errors"][0]["detail"] == "Give one.");
  CHECK(body["candidates"][0]["id"] == "x");
}

TEST_CASE("who may come back is told when", "[http]") {
  auto const told = [](Error const& error) {
    return std::stoi(header(problem(error, "id"), "Retry-After"));
  };
  auto const later = Error(Code::unavailable, "Later.").retry_after(std::chrono::seconds(7));
  std::set<int> sooner;
  for (int i = 0; i < 200; ++i) {
    CHECK(told(later) >= 7);
    CHECK(told(later) <= 7 + retry_after_spread.count());
    sooner.insert(told(Error(Code::unavailable, "Later.")));
    sooner.insert(told(Error(Code::too_many_requests, "Later.")));
  }
  CHECK(sooner == std::set<int>{1, 2, 3});
  CHECK(header(problem(Error(Code::conflict, "No."), "id"), "Retry-After").empty());
  CHECK(header(problem(Error(Code::unauthorized, "Who?"), "id"), "WWW-Authenticate")
            .starts_with("Bearer"));
}

TEST_CASE("a fault of the connection has its status", "[http]") {
  CHECK(problem(Fault{Fault::Kind::malformed, "Why."}, "id").status == 400);
  CHECK(problem(Fault{Fault::Kind::head_too_large, "Why."}, "id").status == 431);
  CHECK(problem(Fault{Fault::Kind::body_too_large, "Why."}, "id").status == 413);
  CHECK(problem(Fault{Fault::Kind::timeout, "Why."}, "id").status == 408);
}

TEST_CASE("what is no Error says nothing of itself", "[http]") {
  log::Logger log("");
  for (auto const& fault :
       {thrown(std::runtime_error("secret")), thrown(std::logic_error("secret")),
        thrown(Error(Code::internal, "secret")), thrown(std::bad_alloc()), thrown(5)}) {
    auto const reply = problem(fault, "id", log);
    CHECK(reply.status == 500);
    CHECK(reply.body.find("secret") == std::string::npos);
    CHECK(body_of_problem(reply)["instance"] == "id");
  }
  CHECK(problem(thrown(Error(Code::conflict, "Taken.")), "id", log).status == 409);
}

}  // namespace throughline::http
