// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// An answer that goes on: what reaches its reader, and what ends it.
#include <catch2/catch.hpp>

#include "platform/http/plain_server.hpp"
#include "support/event_stream.hpp"

namespace throughline::http {

using std::chrono::milliseconds;
using support::EventStream;

namespace {

Piece event(std::string const& data) {
  return std::make_shared<std::string const>("data: " + data + "\n\n");
}

EventStream reader(PlainServer& server, std::string const& pieces = "16") {
  return EventStream(server.server().port(), "/stream/" + pieces);
}

bool comes_true(std::function<bool()> const& wanted) {
  for (int i = 0; i < 500 && !wanted(); ++i) std::this_thread::sleep_for(milliseconds(10));
  return wanted();
}

}  // namespace

TEST_CASE("stream: pieces reach the reader one by one, in order, until the last words") {
  PlainServer server;
  auto stream = reader(server);
  CHECK(stream.head().status == 200);
  CHECK(stream.head().header("content-type") == "text/event-stream");
  CHECK(stream.head().header("connection") == "close");
  CHECK_FALSE(stream.head().has("content-length"));
  auto const sender = server.stream();
  for (int i = 0; i < 100; ++i) {
    CHECK(sender->send(event(std::to_string(i))));
    CHECK(stream.take().data == std::to_string(i));
  }
  CHECK_FALSE(sender->gone());
  sender->end("data: bye\n\n");
  CHECK(stream.take().data == "bye");
  CHECK(stream.ends());
  CHECK(comes_true([&] { return sender->gone(); }));
  CHECK(sender->send(event("to nobody")));
  CHECK(comes_true([&] { return server.open_connections() == 0; }));
}

TEST_CASE("stream: what is sent before the head is out follows it") {
  PlainServer server;
  auto client = server.client();
  client.send("GET /late/100 HTTP/1.1\r\nHost: x\r\n\r\nGET /stream/8 HTTP/1.1\r\nHost: x\r\n\r\n");
  auto const sender = server.stream();
  CHECK(sender->send(event("early")));
  sender->end("data: bye\n\n");
  CHECK(client.receive().body == "/late/100");
  auto const all = client.receive_all();
  CHECK(all.find("text/event-stream") != std::string::npos);
  CHECK(all.ends_with("\r\n\r\ndata: bye\n\n"));
}

TEST_CASE("stream: a reader who leaves is noticed at once") {
  PlainServer server;
  std::shared_ptr<Stream> sender;
  {
    auto stream = reader(server);
    sender = server.stream();
    CHECK(sender->send(event("x")));
    CHECK(stream.take().data == "x");
    CHECK_FALSE(sender->gone());
  }
  CHECK(comes_true([&] { return sender->gone(); }));
  CHECK(comes_true([&] { return server.open_connections() == 0; }));
}

TEST_CASE("stream: a reader who left before it began is noticed, too") {
  PlainServer server;
  auto client = server.client();
  client.send("GET /late/200 HTTP/1.1\r\nHost: x\r\n\r\nGET /stream/8 HTTP/1.1\r\nHost: x\r\n\r\n");
  auto const sender = server.stream();
  client.close();
  CHECK(comes_true([&] { return sender->gone(); }));
}

TEST_CASE("stream: a reader who does not read fills its queue, and others' nobody's") {
  PlainServer server;
  auto slow = reader(server, "4");
  auto const sender = server.stream(0);
  auto quick = reader(server, "4");
  auto const other = server.stream(1);
  auto const large = event(std::string(200'000, 'x'));
  // Full for good: what was under way has filled the connection, too.
  int taken = 0;
  for (int refused = 0; refused < 20;) {
    bool const took = sender->send(large);
    taken += took ? 1 : 0;
    refused = took ? 0 : refused + 1;
    if (!took) std::this_thread::sleep_for(milliseconds(10));
  }
  CHECK(other->send(event("quick")));
  CHECK(quick.take().data == "quick");
  // The last words take the place of what waited.
  sender->end("data: bye\n\n");
  int received = 0;
  auto last = slow.take();
  while (last.data != "bye") {
    CHECK(last.data.size() == 200'000);
    ++received;
    last = slow.take();
  }
  CHECK(received < taken);
  CHECK(received >= taken - 4);
  CHECK(slow.ends());
}

TEST_CASE("stream: one who takes nothing is closed after the write timeout") {
  config::Limits limits;
  limits.write_timeout = milliseconds(200);
  PlainServer server(limits);
  auto slow = reader(server, "8");
  auto const sender = server.stream();
  auto const large = event(std::string(500'000, 'x'));
  for (int i = 0; i < 100 && !sender->gone(); ++i) {
    sender->send(large);
    std::this_thread::sleep_for(milliseconds(10));
  }
  CHECK(comes_true([&] { return sender->gone(); }));
}

TEST_CASE("stream: it outlives the idle timeout, and many pieces go out in one write") {
  config::Limits limits;
  limits.idle_timeout = milliseconds(100);
  limits.header_timeout = milliseconds(100);
  PlainServer server(limits);
  auto stream = reader(server, "1000");
  auto const sender = server.stream();
  std::this_thread::sleep_for(milliseconds(500));
  for (int i = 0; i < 500; ++i) CHECK(sender->send(event(std::to_string(i))));
  for (int i = 0; i < 500; ++i) CHECK(stream.take().data == std::to_string(i));
}

TEST_CASE("stream: one that nobody begins is refused") {
  PlainServer server;
  auto client = server.client();
  auto const refused = client.get("/refused");
  CHECK(refused.status == 503);
  CHECK(client.get("/after").body == "/after");
}

TEST_CASE("stream: draining leaves it to who sends, and cuts it when time is up") {
  config::Limits limits;
  limits.drain_timeout = milliseconds(300);
  PlainServer server(limits);
  auto told = reader(server);
  auto const teller = server.stream(0);
  auto untold = reader(server);
  server.stream(1);
  std::thread draining([&] { server.server().drain(); });
  std::this_thread::sleep_for(milliseconds(50));
  teller->end("data: bye\n\n");
  CHECK(told.take().data == "bye");
  CHECK(untold.ends());
  draining.join();
}

}  // namespace throughline::http
