// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/request_reader.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <utility>

#include "platform/http/text.hpp"

namespace throughline::http {

namespace {

namespace beast = boost::beast;

constexpr std::size_t body_reserve_max = 64 * 1024;

Method method_of(beast::http::verb verb) {
  switch (verb) {
    case beast::http::verb::get:
      return Method::get;
    case beast::http::verb::head:
      return Method::head;
    case beast::http::verb::post:
      return Method::post;
    case beast::http::verb::put:
      return Method::put;
    case beast::http::verb::patch:
      return Method::patch;
    case beast::http::verb::delete_:
      return Method::del;
    case beast::http::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

/// Fills a Request from a head; repeated fields become one list, as RFC 9110 5.3 reads them.
class HeadParser final : public beast::http::basic_parser<true> {
 public:
  explicit HeadParser(Request& request) : request_(request) {}

 private:
  using View = beast::string_view;
  using Error = beast::error_code;

  void on_request_impl(beast::http::verb verb, View, View target, int, Error&) override {
    request_.method = method_of(verb);
    request_.target.assign(target.data(), target.size());
  }
  void on_field_impl(beast::http::field, View raw_name, View value, Error&) override {
    auto name = to_lower(std::string_view(raw_name.data(), raw_name.size()));
    auto& fields = request_.headers;
    auto const same = std::find_if(fields.begin(), fields.end(),
                                   [&](auto const& field) { return field.first == name; });
    if (same == fields.end()) {
      fields.emplace_back(std::move(name), std::string(value.data(), value.size()));
    } else {
      same->second.append(", ").append(value.data(), value.size());
    }
  }
  void on_response_impl(int, View, int, Error&) override {}
  void on_header_impl(Error&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, Error&) override {}
  std::size_t on_body_impl(View, Error&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, View, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View, Error&) override { return 0; }
  void on_finish_impl(Error&) override {}

  Request& request_;
};

}  // namespace

RequestReader::State RequestReader::take(std::string_view& received) {
  if (state_ == State::idle) {
    // RFC 9112 2.2: an empty line before a request is to be ignored.
    if (received.starts_with("\r\n")) received.remove_prefix(2);
    if (!received.empty() && received != "\r") state_ = State::head;
  }
  if (state_ == State::head) take_head(received);
  if (state_ == State::body) take_body(received);
  return state_;
}

void RequestReader::take_head(std::string_view& received) {
  auto const max = limits_.header_bytes;
  switch (scan_.look(received.substr(0, max))) {
    case HeadScan::State::need_more:
      if (received.size() >= max) {
        refuse(Fault::Kind::head_too_large,
               "The request's head is larger than " + std::to_string(max) + " bytes.");
      }
      return;
    case HeadScan::State::too_many_fields:
      refuse(
          Fault::Kind::head_too_large,
          "The request has more than " + std::to_string(HeadScan::fields_max) + " header fields.");
      return;
    case HeadScan::State::refused:
      refuse(Fault::Kind::malformed, scan_.reason());
      return;
    case HeadScan::State::complete:
      parse_head(received.substr(0, scan_.length()));
      received.remove_prefix(scan_.length());
      if (state_ != State::refused) begin_body();
  }
}

void RequestReader::parse_head(std::string_view head) {
  HeadParser parser(request_);
  parser.skip(true);  // the body is not Beast's to read
  parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  beast::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error || !parser.is_done()) {
    refuse(Fault::Kind::malformed, "The request's head is not well-formed.");
    return;
  }
  keep_alive_ = parser.keep_alive();
  http10_ = head.substr(0, head.find('\r')).ends_with("1.0");
  expects_continue_ = !http10_ && to_lower(request_.header("expect")) == "100-continue";
}

void RequestReader::begin_body() {
  state_ = State::body;
  if (scan_.chunked()) {
    chunked_.emplace(limits_.body_bytes);
    return;
  }
  auto const length = request_.header("content-length");
  body_left_ = 0;
  std::from_chars(length.data(), length.data() + length.size(), body_left_);
  if (body_left_ > limits_.body_bytes) {
    refuse_body_size();
    return;
  }
  request_.body.reserve(std::min(body_left_, body_reserve_max));
}

void RequestReader::take_body(std::string_view& received) {
  if (!chunked_) {
    auto const size = std::min(body_left_, received.size());
    request_.body.append(received.substr(0, size));
    received.remove_prefix(size);
    body_left_ -= size;
    if (body_left_ == 0) state_ = State::complete;
    return;
  }
  switch (chunked_->take(received, request_.body)) {
    case ChunkedBody::State::need_more:
      return;
    case ChunkedBody::State::complete:
      state_ = State::complete;
      return;
    case ChunkedBody::State::too_large:
      refuse_body_size();
      return;
    case ChunkedBody::State::refused:
      refuse(Fault::Kind::malformed, "The chunked body is not well-formed.");
  }
}

void RequestReader::refuse(Fault::Kind kind, std::string reason) {
  state_ = State::refused;
  fault_ = Fault{kind, std::move(reason)};
}

void RequestReader::refuse_body_size() {
  refuse(Fault::Kind::body_too_large,
         "The body is larger than " + std::to_string(limits_.body_bytes) + " bytes.");
}

void RequestReader::next() {
  state_ = State::idle;
  scan_ = HeadScan();
  request_ = Request();
  chunked_.reset();
}

}  // namespace throughline::http
