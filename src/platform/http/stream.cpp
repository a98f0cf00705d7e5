// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "platform/http/outflow.hpp"
#include "platform/http/problem.hpp"
#include "throughline/platform/http_server.hpp"
#include "throughline/platform/http_stream.hpp"

namespace throughline::http {

Stream::Stream(std::shared_ptr<Exchange> exchange, StreamLimits limits)
    : exchange_(std::move(exchange)), flow_(std::make_shared<Outflow>(limits)) {}

Stream::~Stream() {
  if (!settled_) refuse(Error(Code::unavailable, "The server could not begin the stream."));
}

void Stream::begin() {
  settled_ = true;
  exchange_->post([exchange = exchange_, flow = flow_] { exchange->stream(flow); });
}

void Stream::refuse(Reply reply) {
  settled_ = true;
  flow_->abandon();
  exchange_->post([exchange = exchange_, reply = std::move(reply)]() mutable {
    exchange->answer(std::move(reply));
  });
}

void Stream::refuse(Error const& error) {
  refuse(problem(error, exchange_->request.id));
}

bool Stream::send(Piece piece) {
  auto const put = flow_->put(std::move(piece));
  if (put == Outflow::Put::first) wake();
  return put != Outflow::Put::full;
}

bool Stream::busy() const {
  return flow_->busy();
}

void Stream::end(std::string last_words) {
  flow_->end(std::make_shared<std::string const>(std::move(last_words)));
  wake();
}

bool Stream::gone() const {
  return flow_->gone();
}

void Stream::wake() {
  exchange_->post([exchange = exchange_] { exchange->flow(); });
}

Reply stream_head() {
  Reply head;
  head.content_type = "text/event-stream";
  // Proxies that would collect events before they pass them on.
  head.headers.emplace_back("X-Accel-Buffering", "no");
  return head;
}

}  // namespace throughline::http
