// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/problem.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <typeinfo>
#include <utility>

namespace throughline::http {

namespace {

// A fault of a connection has no Code: no operation can throw it.
struct Meaning {
  int status;
  std::string_view name;
  std::string_view title;
};

Meaning meaning(Code code) {
  switch (code) {
    case Code::invalid:
      return {422, name(code), "The request is wrong"};
    case Code::malformed:
      return {400, name(code), "The request can't be read"};
    case Code::unauthorized:
      return {401, name(code), "A valid key is needed"};
    case Code::forbidden:
      return {403, name(code), "The key may not do this"};
    case Code::not_found:
      return {404, name(code), "Not found"};
    case Code::method_not_allowed:
      return {405, name(code), "Method not allowed"};
    case Code::not_acceptable:
      return {415, name(code), "Unsupported media type"};
    case Code::conflict:
      return {409, name(code), "The state of the resource forbids it"};
    case Code::handed_off:
      return {409, name(code), "Another agent speaks here now"};
    case Code::ambiguous:
      return {409, name(code), "Several customers answer to this"};
    case Code::gone:
      return {410, name(code), "No longer kept"};
    case Code::version_mismatch:
      return {412, name(code), "The resource has changed"};
    case Code::too_large:
      return {413, name(code), "Too large"};
    case Code::too_many_requests:
      return {429, name(code), "Too many requests in flight"};
    case Code::idempotency_mismatch:
      return {422, name(code), "The Idempotency-Key is taken"};
    case Code::unavailable:
      return {503, name(code), "Not available right now"};
    case Code::internal:
      break;
  }
  return {500, name(Code::internal), "A fault of the server"};
}

Meaning meaning(Fault::Kind kind) {
  switch (kind) {
    case Fault::Kind::malformed:
      return meaning(Code::malformed);
    case Fault::Kind::body_too_large:
      return meaning(Code::too_large);
    case Fault::Kind::head_too_large:
      return {431, "head_too_large", "The head is too large"};
    case Fault::Kind::timeout:
      break;
  }
  return {408, "timeout", "The request came too slowly"};
}

/// A JSON string; bytes that are no UTF-8 are replaced, for an error must not fail.
std::string json_string(std::string_view text) {
  bool const plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (plain) return '"' + std::string(text) + '"';
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Reply document(Meaning const& what, std::string_view detail, std::string_view request_id,
               std::string_view more_members) {
  std::string body = "{\"type\":\"urn:throughline:problem:";
  body.append(what.name).append("\",\"title\":").append(json_string(what.title));
  body.append(",\"status\":").append(std::to_string(what.status));
  body.append(",\"detail\":").append(json_string(detail));
  body.append(",\"instance\":").append(json_string(request_id)).append(more_members).append("}");
  Reply reply = Reply::json(std::move(body), what.status);
  reply.content_type = "application/problem+json";
  return reply;
}

std::string members_of(Error const& error) {
  std::string text;
  if (!error.fields().empty()) {
    text += ",\"errors\":[";
    for (auto const& field : error.fields()) {
      if (text.back() != '[') text += ',';
      text += "{\"pointer\":" + json_string(field.pointer) +
              ",\"detail\":" + json_string(field.detail) + "}";
    }
    text += ']';
  }
  for (auto const& member : error.members()) {
    text += "," + json_string(member.name) + ":" + member.json;
  }
  return text;
}

std::chrono::seconds spread(std::chrono::seconds delay) {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<std::int64_t> more(0, retry_after_spread.count());
  return delay + std::chrono::seconds{more(random)};
}

}  // namespace

Reply problem(Error const& error, std::string_view request_id) {
  Reply reply = document(meaning(error.code()), error.detail(), request_id, members_of(error));
  bool const comes_back =
      error.code() == Code::unavailable || error.code() == Code::too_many_requests;
  if (error.retry_after() || comes_back) {
    auto const delay = spread(error.retry_after().value_or(std::chrono::seconds{1}));
    reply.headers.emplace_back("Retry-After", std::to_string(delay.count()));
  }
  if (error.code() == Code::unauthorized) {
    reply.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"throughline\"");
  }
  return reply;
}

Reply problem(Fault const& fault, std::string_view request_id) {
  return document(meaning(fault.kind), fault.detail, request_id, {});
}

Reply problem(std::exception_ptr const& thrown, std::string_view request_id, log::Logger& log) {
  // what() of our own faults is text of ours; a library's may quote the data it stumbled over.
  auto const record = [&](std::exception const& fault, std::string_view reason) {
    log.error("internal_error",
              {{"request_id", request_id}, {"type", typeid(fault).name()}, {"reason", reason}});
  };
  try {
    std::rethrow_exception(thrown);
  } catch (Error const& error) {
    if (error.code() == Code::internal) record(error, error.detail());
    if (error.code() != Code::internal) return problem(error, request_id);
  } catch (std::logic_error const& fault) {
    record(fault, fault.what());
  } catch (std::runtime_error const& fault) {
    record(fault, fault.what());
  } catch (std::exception const& fault) {
    record(fault, "");
  } catch (...) {
    log.error("internal_error", {{"request_id", request_id}});
  }
  return document(meaning(Code::internal),
                  "The server failed; its log names the cause under this request id.", request_id,
                  {});
}

}  // namespace throughline::http
