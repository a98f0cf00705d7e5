// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Many subscribers and one who writes: how long from the answer to a write until each subscriber
// has what was written. Speaks to a Throughline or to a Redis, and does the same with either.
//
//   fanout live PORT KEY SUBSCRIBERS CUSTOMERS WRITES PAUSE_MS    CUSTOMERS: a file, an id a line
//   fanout redis PORT SUBSCRIBERS CHANNELS WRITES PAUSE_MS
//
// Subscriber i follows customer (channel) i modulo their number. Prints one line of JSON: how long
// all took to subscribe, and the time from answer to arrival over all writes and subscribers; what
// arrives before the answer counts as 0.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{120};
constexpr int events_max = 1024;
constexpr std::size_t connecting_max = 256;  // at a time: a listening queue is short

int connected(std::uint16_t port) {
  int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int const yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (socket < 0 || ::connect(socket, reinterpret_cast<sockaddr const*>(&at), sizeof at) != 0) {
    throw std::runtime_error("can't connect");
  }
  return socket;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const size = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) throw std::runtime_error("can't send");
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

/// Reads until `end` has come; what came.
std::string receive_until(int socket, std::string_view end) {
  std::string text;
  char buffer[4096];
  while (text.find(end) == std::string::npos) {
    auto const size = ::recv(socket, buffer, sizeof buffer, 0);
    if (size <= 0) throw std::runtime_error("the connection ended: " + text);
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return text;
}

/// Either side: how one subscribes, how one writes, and the words by which both are known.
struct Side {
  std::uint16_t port;
  std::string key;
  std::vector<std::string> places;  // customers or channels

  bool is_redis() const { return key.empty(); }
  std::string subscribing(std::size_t i) const {
    auto const& place = places[i % places.size()];
    if (is_redis()) return "SUBSCRIBE " + place + "\r\n";
    return "GET /v1/live?customer_ids=" + place + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
           key + "\r\n\r\n";
  }
  std::string_view subscribed() const { return is_redis() ? ":1\r\n" : "event: ready"; }
  /// Of the bytes of one event.
  std::string_view arrived() const { return is_redis() ? "$7\r\nmessage" : "event: note.added"; }
  std::string writing(std::size_t i, std::vector<std::string> const& cases) const {
    if (is_redis()) {
      std::string const text(600, 'x');  // what an event of ours is long
      return "*3\r\n$7\r\nPUBLISH\r\n$" + std::to_string(places[i].size()) + "\r\n" + places[i] +
             "\r\n$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
    }
    std::string const body = R"({"kind":"note","text":"the caller waits"})";
    return "POST /v1/cases/" + cases[i] + "/notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
           key +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
};

struct Subscriber {
  int socket = -1;
  std::string tail;  // of what came last: an event may come in pieces
  bool in = false;
};

class Audience {
 public:
  Audience(Side const& side, std::size_t count) : side_(side), subscribers_(count) {
    poll_ = ::epoll_create1(EPOLL_CLOEXEC);
  }

  /// All of them, some at a time.
  void subscribe() {
    std::size_t begun = 0;
    auto const deadline = Clock::now() + patience;
    while (in_ < subscribers_.size() && Clock::now() < deadline) {
      while (begun < subscribers_.size() && begun - in_ < connecting_max) {
        auto& one = subscribers_[begun];
        one.socket = connected(side_.port);
        send_all(one.socket, side_.subscribing(begun));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = begun++;
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, one.socket, &event);
      }
      look(std::chrono::milliseconds(10), nullptr);
    }
    if (in_ < subscribers_.size()) throw std::runtime_error("not all were let in");
  }

  /// Until so many events have arrived; when each did.
  std::vector<Clock::time_point> collect(std::size_t count) {
    std::vector<Clock::time_point> arrivals;
    auto const deadline = Clock::now() + patience;
    while (arrivals.size() < count && Clock::now() < deadline) {
      look(std::chrono::milliseconds(10), &arrivals);
    }
    if (arrivals.size() != count) throw std::runtime_error("events are missing");
    return arrivals;
  }

 private:
  void look(std::chrono::milliseconds longest, std::vector<Clock::time_point>* arrivals) {
    static thread_local std::vector<epoll_event> ready(events_max);
    int const count =
        ::epoll_wait(poll_, ready.data(), events_max, static_cast<int>(longest.count()));
    for (int i = 0; i < count; ++i) {
      auto& one = subscribers_[ready[static_cast<std::size_t>(i)].data.u64];
      char buffer[16384];
      auto const size = ::recv(one.socket, buffer, sizeof buffer, 0);
      auto const now = Clock::now();
      if (size <= 0) throw std::runtime_error("a subscriber was dropped");
      one.tail.append(buffer, static_cast<std::size_t>(size));
      if (!one.in && one.tail.find(side_.subscribed()) != std::string::npos) {
        one.in = true;
        ++in_;
      }
      take_events(one, now, arrivals);
    }
  }

  void take_events(Subscriber& one, Clock::time_point now,
                   std::vector<Clock::time_point>* arrivals) {
    auto const word = side_.arrived();
    std::size_t at = 0;
    while ((at = one.tail.find(word)) != std::string::npos) {
      if (arrivals != nullptr) arrivals->push_back(now);
      one.tail.erase(0, at + word.size());
    }
    if (one.tail.size() > 2 * word.size() && one.in)
      one.tail.erase(0, one.tail.size() - word.size());
  }

  Side const side_;
  std::vector<Subscriber> subscribers_;
  std::size_t in_ = 0;
  int poll_ = -1;
};

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

double percentile(std::vector<double>& sorted, double share) {
  auto const last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(share * last)];
}

std::vector<std::string> lines_of(std::string const& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Plan {
  Side side;
  std::vector<std::string> cases;  // of each customer, to write on
  std::size_t subscribers, writes;
  std::chrono::milliseconds pause;
};

Plan plan_of(int count, char** words) {
  Plan plan;
  bool const live = count == 8 && std::string_view(words[1]) == "live";
  bool const redis = count == 7 && std::string_view(words[1]) == "redis";
  if (!live && !redis) throw std::runtime_error("see the head of bench/fanout.cpp for the words");
  int word = 2;
  plan.side.port = static_cast<std::uint16_t>(std::stoi(words[word++]));
  if (live) plan.side.key = words[word++];
  plan.subscribers = std::stoul(words[word++]);
  if (live) {
    for (auto const& line : lines_of(words[word++])) {
      plan.side.places.push_back(line.substr(0, line.find(' ')));
      plan.cases.push_back(line.substr(line.find(' ') + 1));
    }
  } else {
    auto const channels = std::stoul(words[word++]);
    for (std::size_t i = 0; i < channels; ++i) plan.side.places.push_back("c" + std::to_string(i));
  }
  plan.writes = std::stoul(words[word++]);
  plan.pause = std::chrono::milliseconds(std::stoi(words[word]));
  return plan;
}

/// One write; when its answer was here.
Clock::time_point write(int socket, Plan const& plan, std::size_t i) {
  send_all(socket, plan.side.writing(i % plan.side.places.size(), plan.cases));
  auto const answer = receive_until(socket, plan.side.is_redis() ? "\r\n" : "\r\n\r\n");
  auto const at = Clock::now();
  if (plan.side.is_redis()) return at;
  if (answer.find(" 201 ") == std::string::npos) throw std::runtime_error("refused: " + answer);
  auto const length = std::stoul(answer.substr(answer.find("Content-Length: ") + 16));
  auto have = answer.size() - answer.find("\r\n\r\n") - 4;
  char buffer[4096];
  while (have < length) {
    auto const size = ::recv(socket, buffer, sizeof buffer, 0);
    if (size <= 0) throw std::runtime_error("the connection ended");
    have += static_cast<std::size_t>(size);
  }
  return at;
}

void run(Plan const& plan) {
  Audience audience(plan.side, plan.subscribers);
  auto const begun = Clock::now();
  audience.subscribe();
  auto const subscribing = milliseconds(Clock::now() - begun);
  std::cerr << "subscribed\n";  // whoever started this may look at memory now
  std::string go;
  std::getline(std::cin, go);
  int const writer = connected(plan.side.port);
  std::vector<double> times;
  for (std::size_t i = 0; i < plan.writes; ++i) {
    auto const place = i % plan.side.places.size();
    auto const listeners = plan.subscribers / plan.side.places.size() +
                           (place < plan.subscribers % plan.side.places.size() ? 1 : 0);
    Clock::time_point answered;
    std::thread writing([&] { answered = write(writer, plan, i); });
    auto const arrivals = audience.collect(listeners);
    writing.join();
    for (auto const at : arrivals) times.push_back(std::max(0.0, milliseconds(at - answered)));
    std::this_thread::sleep_for(plan.pause);
  }
  std::sort(times.begin(), times.end());
  std::printf(
      "{\"subscribers\":%zu,\"writes\":%zu,\"events\":%zu,\"subscribing_ms\":%.0f,"
      "\"p50_ms\":%.2f,\"p90_ms\":%.2f,\"p99_ms\":%.2f,\"max_ms\":%.2f}\n",
      plan.subscribers, plan.writes, times.size(), subscribing, percentile(times, 0.5),
      percentile(times, 0.9), percentile(times, 0.99), times.back());
}

}  // namespace

int main(int count, char** words) {
  try {
    run(plan_of(count, words));
    return 0;
  } catch (std::exception const& failure) {
    std::cerr << "fanout: " << failure.what() << "\n";
    return 1;
  }
}
