// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/loop.hpp"
#include "support/redis_server.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/redis.hpp"

using namespace throughline;
using namespace std::chrono_literals;
using Kind = redis::Reply::Kind;
using Words = std::vector<std::string>;

namespace {

constexpr auto patience = 5s;  // where the answer is what matters, also on a busy machine
constexpr auto hurry = 150ms;  // where the missing of a deadline is

/// A client on a loop of its own.
struct Session {
  explicit Session(std::string const& url, std::vector<Words> on_connect = {},
                   std::chrono::milliseconds command_timeout = patience)
      : client(std::in_place, loop.io(), options(url, std::move(on_connect), command_timeout),
               log) {
    client->on_state([this](bool up) { states.push_back(up); });
  }
  static redis::Options options(std::string const& url, std::vector<Words> on_connect,
                                std::chrono::milliseconds command_timeout) {
    redis::Options given;
    given.url = url;
    given.command_timeout = command_timeout;
    given.connect_timeout = 300ms;
    given.backoff_first = 10ms;
    given.backoff_max = 50ms;
    given.in_flight_max = 1000;
    given.on_connect = std::move(on_connect);
    return given;
  }
  bool wait_up() {
    return loop.run_until([&] { return client->connected(); });
  }
  bool wait_down() {
    return loop.run_until([&] { return !client->connected(); });
  }
  redis::Reply ask(Words const& words) {
    std::optional<redis::Reply> answer;
    client->command(words, [&](redis::Reply reply) { answer = std::move(reply); });
    loop.run_until([&] { return answer.has_value(); });
    REQUIRE(answer);
    return *answer;
  }
  std::int64_t stat(std::string const& name) {
    auto const info = ask({"INFO", "stats"}).text;
    return std::stoll(info.substr(info.find(name + ":") + name.size() + 1));
  }

  log::Logger log{""};
  support::Loop loop;
  std::vector<bool> states;
  std::optional<redis::Client> client;
};

}  // namespace

TEST_CASE("replies of every kind arrive as sent, binary included", "[redis]") {
  support::RedisServer server;
  Session session(server.url());
  REQUIRE(session.wait_up());
  CHECK(session.client->run_id().size() == 40);
  CHECK(session.states == std::vector<bool>{true});

  std::string const binary("a\0b\r\n\xFF", 6);
  CHECK(session.ask({"SET", "k", binary}).text == "OK");
  CHECK(session.ask({"GET", "k"}).text == binary);
  CHECK(session.ask({"GET", "absent"}).kind == Kind::nil);
  CHECK(session.ask({"INCRBY", "n", "-9007199254740993"}).integer == -9007199254740993);
  auto const list = session.ask({"MGET", "k", "absent"});
  REQUIRE(list.items.size() == 2);
  CHECK(list.items[0].text == binary);
  CHECK(list.items[1].kind == Kind::nil);
  auto const error = session.ask({"NOSUCH"});
  CHECK(error.kind == Kind::error);
  CHECK_FALSE(error.ok());
  CHECK_THAT(error.text, Catch::Contains("unknown command"));
}

TEST_CASE("a value larger than every buffer on the way comes through whole", "[redis]") {
  support::RedisServer server;
  Session session(server.url());
  REQUIRE(session.wait_up());
  std::string large(8 * 1024 * 1024, 'x');
  for (std::size_t i = 0; i < large.size(); i += 4096) large[i] = static_cast<char>('a' + i % 26);
  REQUIRE(session.ask({"SET", "large", large}).ok());
  CHECK((session.ask({"GET", "large"}).text == large));  // too large to be printed
}

TEST_CASE("commands of one turn leave in one write and are answered in order", "[redis]") {
  support::RedisServer server;
  Session session(server.url());
  REQUIRE(session.wait_up());
  auto const before = session.stat("total_reads_processed");
  std::vector<std::string> answers;
  for (int i = 0; i < 200; ++i) {
    session.client->command({"ECHO", std::to_string(i)},
                            [&](redis::Reply reply) { answers.push_back(reply.text); });
  }
  REQUIRE(session.loop.run_until([&] { return answers.size() == 200; }));
  for (std::size_t i = 0; i < answers.size(); ++i) CHECK(answers[i] == std::to_string(i));
  // The second INFO is a read of its own.
  CHECK(session.stat("total_reads_processed") - before == 2);
}

TEST_CASE("the login and the database of the URL are used", "[redis]") {
  support::RedisServer server({"--requirepass", "s3cret"});
  Session session(server.url(":s3cret@") + "/5");
  REQUIRE(session.wait_up());
  REQUIRE(session.ask({"SET", "k", "v"}).ok());
  CHECK_THAT(session.ask({"INFO", "keyspace"}).text, Catch::Contains("db5:keys=1"));

  Session named(server.url("default:s3cret@"));
  CHECK(named.wait_up());
  Session wrong(server.url(":wrong@"));
  CHECK_FALSE(wrong.loop.run_until([&] { return wrong.client->connected(); }, 200ms));
  CHECK(wrong.states.empty());
}

TEST_CASE("a host name is resolved", "[redis]") {
  support::RedisServer server;
  Session session("redis://localhost:" + std::to_string(server.port()));
  CHECK(session.wait_up());
}

TEST_CASE("what on_connect commands is done before the connection counts as up", "[redis]") {
  support::RedisServer server;
  Session session(server.url(), {{"SET", "first", "1"}, {"INCR", "first"}});
  REQUIRE(session.wait_up());
  CHECK(session.ask({"GET", "first"}).text == "2");

  Session failing(server.url(), {{"SET", "k", "text"}, {"INCR", "k"}});
  CHECK_FALSE(failing.loop.run_until([&] { return failing.client->connected(); }, 200ms));
}

TEST_CASE("without a connection a command is unavailable, never within the call", "[redis]") {
  support::RedisServer server;
  server.kill();
  Session session(server.url());
  session.loop.run_for(50ms);
  int calls = 0;
  session.client->command({"PING"}, [&](redis::Reply reply) {
    ++calls;
    CHECK(reply.kind == Kind::unavailable);
  });
  CHECK(calls == 0);
  session.loop.run_for(50ms);
  CHECK(calls == 1);
  server.start();
  CHECK(session.wait_up());
}

TEST_CASE("a missed deadline answers unavailable and closes the connection", "[redis]") {
  support::RedisServer server;
  Session session(server.url(), {}, hurry);
  REQUIRE(session.wait_up());
  server.pause();
  auto const begin = std::chrono::steady_clock::now();
  CHECK(session.ask({"ECHO", "late"}).kind == Kind::unavailable);
  auto const waited = std::chrono::steady_clock::now() - begin;
  CHECK(waited >= hurry);
  CHECK(waited < patience);
  CHECK_FALSE(session.client->connected());
  server.resume();
  REQUIRE(session.wait_up());
  CHECK(session.ask({"ECHO", "on time"}).text == "on time");
  CHECK(session.states == std::vector<bool>{true, false, true});
}

TEST_CASE("a deadline does not fire for commands that were answered", "[redis]") {
  support::RedisServer server;
  Session session(server.url(), {}, 400ms);
  REQUIRE(session.wait_up());
  for (int i = 0; i < 6; ++i) {
    CHECK(session.ask({"PING"}).text == "PONG");
    session.loop.run_for(100ms);
  }
  CHECK(session.states == std::vector<bool>{true});
}

TEST_CASE("a Redis that accepts but never answers is given up and tried again", "[redis]") {
  support::RedisServer server;
  server.pause();
  Session session(server.url());
  CHECK_FALSE(session.loop.run_until([&] { return session.client->connected(); }, 500ms));
  server.resume();
  CHECK(session.wait_up());
}

TEST_CASE("a killed connection fails what is in flight and comes back", "[redis]") {
  support::RedisServer server;
  Session session(server.url());
  REQUIRE(session.wait_up());
  std::vector<Kind> kinds;
  auto const note = [&](redis::Reply reply) { kinds.push_back(reply.kind); };
  session.client->command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no"}, note);
  session.client->command({"PING"}, note);
  session.client->command({"PING"}, note);
  REQUIRE(session.loop.run_until([&] { return kinds.size() == 3; }));
  CHECK(kinds[1] == Kind::unavailable);
  CHECK(kinds[2] == Kind::unavailable);
  REQUIRE(session.wait_up());
  CHECK(session.ask({"PING"}).text == "PONG");
}

TEST_CASE("a restarted Redis is another process: the run_id says so", "[redis]") {
  support::RedisServer server;
  Session session(server.url(), {{"SET", "loaded", "yes"}});
  REQUIRE(session.wait_up());
  auto const first = session.client->run_id();
  server.kill();
  REQUIRE(session.wait_down());
  session.loop.run_for(100ms);  // several attempts fail meanwhile
  server.start();
  REQUIRE(session.wait_up());
  CHECK(session.client->run_id() != first);
  CHECK(session.ask({"GET", "loaded"}).text == "yes");
}

TEST_CASE("more commands in flight than allowed are refused, the others answered", "[redis]") {
  support::RedisServer server;
  Session session(server.url());
  REQUIRE(session.wait_up());
  int answered = 0;
  int refused = 0;
  for (int i = 0; i < 1500; ++i) {
    session.client->command({"PING"},
                            [&](redis::Reply reply) { ++(reply.ok() ? answered : refused); });
  }
  REQUIRE(session.loop.run_until([&] { return answered + refused == 1500; }));
  CHECK(answered == 1000);
  CHECK(refused == 500);
}

TEST_CASE("a client may be closed and destroyed from its own callback", "[redis]") {
  support::RedisServer server;
  Session session(server.url());
  REQUIRE(session.wait_up());
  std::vector<Kind> kinds;
  session.client->command({"PING"}, [&](redis::Reply reply) {
    kinds.push_back(reply.kind);
    session.client->close();
    session.client.reset();
  });
  for (int i = 0; i < 3; ++i) {
    session.client->command({"PING"}, [&](redis::Reply reply) { kinds.push_back(reply.kind); });
  }
  session.loop.run_for(100ms);
  REQUIRE(kinds.size() == 4);
  CHECK(kinds[0] == Kind::text);
}

TEST_CASE("closing answers what is in flight and stays down", "[redis]") {
  support::RedisServer server;
  Session session(server.url());
  REQUIRE(session.wait_up());
  int unavailable = 0;
  auto const note = [&](redis::Reply reply) { unavailable += reply.kind == Kind::unavailable; };
  session.client->command({"PING"}, note);
  session.client->close();
  session.client->close();
  session.client->command({"PING"}, note);
  session.loop.run_for(150ms);
  CHECK(unavailable == 2);
  CHECK_FALSE(session.client->connected());
  CHECK(session.states == std::vector<bool>{true, false});
}

TEST_CASE("a callback that throws harms nobody else", "[redis]") {
  support::RedisServer server;
  Session session(server.url());
  REQUIRE(session.wait_up());
  session.client->command({"PING"}, [](redis::Reply) { throw std::runtime_error("a fault"); });
  CHECK(session.ask({"PING"}).text == "PONG");
  CHECK(session.client->connected());
}

TEST_CASE("a listener hears what is published, and again once its connection is back", "[redis]") {
  support::RedisServer server;
  Session session(server.url());
  std::vector<std::string> heard;
  redis::Listener listener(
      session.loop.io(), Session::options(server.url(), {}, patience), "news",
      [&](std::string const& message) { heard.push_back(message); }, session.log);
  REQUIRE(session.wait_up());
  auto const publish = [&](std::string const& message) {
    auto const receivers = session.ask({"PUBLISH", "news", message});
    REQUIRE(receivers.kind == Kind::integer);
    return receivers.integer;
  };
  REQUIRE(session.loop.run_until([&] { return publish("first") == 1; }));
  REQUIRE(session.loop.run_until([&] { return !heard.empty(); }));
  std::string const binary("a\0b\r\n\xFF", 6);
  CHECK(publish(binary) == 1);
  CHECK(session.ask({"PUBLISH", "other", "x"}).integer == 0);
  REQUIRE(session.loop.run_until([&] { return heard.size() == 2; }));
  CHECK(heard == std::vector<std::string>{"first", binary});

  server.kill();
  REQUIRE(session.wait_down());
  server.start();
  REQUIRE(session.wait_up());
  REQUIRE(session.loop.run_until([&] { return publish("again") == 1; }));
  REQUIRE(session.loop.run_until([&] { return heard.size() == 3; }));
  CHECK(heard.back() == "again");
}
