// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Two instances sharing Redis, or one with its own cache, under traffic while two customers are
// joined and parted again and again: no read that begins after the answer shows the older grouping,
// on either instance, and nothing that was written is lost.
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "support/answers.hpp"
#include "support/api/api.hpp"
#include "support/random_text.hpp"

using namespace throughline;
using namespace throughline::support;

namespace {

constexpr std::chrono::seconds run_for{4};

/// How things stand: odd while the two are one, and whether that is being changed.
struct Standing {
  std::atomic<int> generation{0};
  std::atomic<bool> under_way{false};
};

struct Two {
  Two(Api& on, Api::Tenant const& of) : api(on), tenant(of) {
    auto client = api.client(tenant.key);
    api.set_clocks();
    a = made(client, "PUT", "/v1/customers/by/email/a@x.com", "{}");
    api.set_clocks();  // a is the older
    b = made(client, "PUT", "/v1/customers/by/email/b@x.com", "{}");
    call_a = start(client, a);
    call_b = start(client, b);
    about_b = made(client, "POST", "/v1/cases", Json{{"customer_id", b}, {"subject", "x"}}.dump());
  }
  static std::string made(Client& client, std::string const& method, std::string const& target,
                          std::string const& body) {
    return id_of(client.request(method, target, body).json());
  }
  static std::string start(Client& client, std::string const& customer) {
    Json const body{{"channel", "chat"}, {"direction", "inbound"}, {"customer_id", customer}};
    return id_of(client.post("/v1/interactions", body.dump()).json().at("interaction"));
  }

  Api& api;
  Api::Tenant const& tenant;
  std::string a, b, call_a, call_b, about_b;
  Standing standing;
  std::atomic<bool> over{false};
  std::mutex mutex;
  std::string fault;
  std::atomic<int> changes{0}, readings{0}, said_a{0}, said_b{0};

  Client client(std::size_t instance) { return api.client(tenant.key, instance % api.size()); }
  void fail(std::string text) {
    std::lock_guard const lock(mutex);
    if (fault.empty()) fault = std::move(text);
    over = true;
  }
};

/// The root that answers for b by one of many ways, as this instance tells it.
std::string root_of_b(Two& two, Client& client, std::size_t way) {
  switch (way % 5) {
    case 0:
      return client.get("/v1/context?customer_id=" + two.b).json().at("customer").at("id");
    case 1:
      return client.get("/v1/context?email=b%40x.com").json().at("customer").at("id");
    case 2:
      return client.get("/v1/context?case_id=" + two.about_b).json().at("customer").at("id");
    case 3:
      return client.get("/v1/customers/" + two.b).json().at("id");
    default:
      return client.get("/v1/interactions/" + two.call_b).json().at("customer_id");
  }
}

void read_on(Two& two, std::size_t instance) {
  auto client = two.client(instance);
  for (std::size_t way = 0; !two.over; ++way) {
    int const before = two.standing.generation;
    bool const changing = two.standing.under_way;
    auto const root = root_of_b(two, client, way);
    bool const settled = !changing && !two.standing.under_way && two.standing.generation == before;
    if (!settled) continue;
    ++two.readings;
    std::string const& expected = before % 2 == 1 ? two.a : two.b;
    if (root != expected) two.fail("way " + std::to_string(way % 5) + ": " + root);
  }
}

void join_and_part(Two& two) {
  Client clients[] = {two.client(0), two.client(1)};
  std::string merge;
  for (std::size_t i = 0; !two.over; ++i) {
    auto& client = clients[i / 2 % 2];
    two.standing.under_way = true;
    auto const answer = i % 2 == 0 ? client.post("/v1/customers/" + two.b + "/merge",
                                                 Json{{"with", two.a}, {"reason", "same"}}.dump())
                                   : client.post("/v1/merges/" + merge + "/undo", "{}");
    if (answer.status == 503) {
      --i;
      continue;
    }
    if (answer.status != 200) return two.fail(answer.body);
    if (i % 2 == 0) merge = id_of(answer.json().at("merge"));
    ++two.changes;
    ++two.standing.generation;
    two.standing.under_way = false;
    for (std::size_t way = 0; way < 10; ++way) {
      auto const root = root_of_b(two, clients[way % 2], way);
      if (root != (i % 2 == 0 ? two.a : two.b)) return two.fail("at once: " + root);
    }
  }
}

void say(Two& two, std::size_t instance, std::string const& call, std::atomic<int>& said) {
  auto client = two.client(instance);
  while (!two.over) {
    auto const answer = client.post("/v1/interactions/" + call + "/messages",
                                    R"({"messages": [{"role": "customer", "text": "hello"}]})");
    if (answer.status == 201) {
      ++said;
    } else if (answer.status != 503) {
      two.fail(answer.body);
    }
  }
}

/// Links across the two whenever they are one.
void link(Two& two) {
  auto client = two.client(1);
  while (!two.over) {
    auto const answer =
        client.patch("/v1/interactions/" + two.call_a, Json{{"case_id", two.about_b}}.dump());
    if (answer.status != 200 && answer.status != 409 && answer.status != 503) two.fail(answer.body);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

TEST_CASE("merges under traffic: no read after the answer shows the older grouping") {
  bool const alone = GENERATE(false, true);
  Api api(alone ? Api::Cache::memory : Api::Cache::redis, alone ? 1 : 2);
  auto const tenant = api.make_tenant();
  Two two(api, tenant);
  std::vector<std::thread> threads;
  auto const run = [&](std::function<void()> body) {
    threads.emplace_back([&two, body = std::move(body)] {
      try {
        body();
      } catch (std::exception const& broken) {
        two.fail(broken.what());
      }
    });
  };
  run([&] { join_and_part(two); });
  run([&] { read_on(two, 0); });
  run([&] { read_on(two, 1); });
  run([&] { say(two, 0, two.call_a, two.said_a); });
  run([&] { say(two, 1, two.call_b, two.said_b); });
  run([&] { link(two); });
  test::Budget const budget(run_for);
  while (!two.over && budget.lasts()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  two.over = true;
  for (auto& thread : threads) thread.join();
  INFO(two.fault);
  REQUIRE(two.fault.empty());
  CHECK(two.changes > 4);
  CHECK(two.readings > 20);
  auto client = api.client(tenant.key);
  for (auto const& [call, said] :
       {std::pair{two.call_a, two.said_a.load()}, std::pair{two.call_b, two.said_b.load()}}) {
    auto const lines = items_of(client, "/v1/interactions/" + call + "/messages?", 200);
    CHECK(lines.size() >= static_cast<std::size_t>(said));
  }
}
