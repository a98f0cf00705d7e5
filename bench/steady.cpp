// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Offers requests at a fixed rate, whatever becomes of them, and counts each one's time from the
// moment it was due: a server that falls behind can't hide its queue by slowing the load down.
//
//   steady PORT TARGETS KEYS RATE SECONDS CONNECTIONS
//
// TARGETS holds lines "METHOD path" or "METHOD path body", taken in turn; KEYS one key a line,
// connections use them in turn. A request that finds every connection busy waits for the first that
// is free, and its clock runs. Prints one line of JSON; what has no answer `patience` after the end
// is `hanging`, or `unsent` where no connection was ever free for it.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::chrono::seconds patience{5};
constexpr std::chrono::milliseconds late_max{50};  // after the end, for what was due just before
constexpr std::chrono::milliseconds wait_max{5};
constexpr int events_max = 256;

struct Connection {
  int socket = -1;
  std::string key;
  std::string out;        // what is still to be sent
  std::string in;         // of the answer under way
  Clock::time_point due;  // of the request under way
  bool busy = false;
};

struct Times {
  std::vector<double> ms;
  double percentile(double share) {
    if (ms.empty()) return 0;
    auto const at = ms.begin() + static_cast<std::ptrdiff_t>(
                                     std::min<double>(static_cast<double>(ms.size()) - 1,
                                                      share * static_cast<double>(ms.size())));
    std::nth_element(ms.begin(), at, ms.end());
    return *at;
  }
};

std::vector<std::string> lines_of(char const* path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  if (lines.empty()) throw std::runtime_error(std::string(path) + " is empty");
  return lines;
}

std::string request_of(std::string_view target, std::string const& key) {
  auto const path = target.find(' ') + 1;
  auto const path_end = std::min(target.find(' ', path), target.size());
  auto const body = target.substr(std::min(path_end + 1, target.size()));
  std::string text(target.substr(0, path_end));
  text += " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + key + "\r\n";
  if (!body.empty()) {
    text +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return text.append("\r\n").append(body);
}

class Load {
 public:
  explicit Load(char** words)
      : port_(static_cast<std::uint16_t>(std::atoi(words[1]))),
        targets_(lines_of(words[2])),
        keys_(lines_of(words[3])),
        rate_(std::atof(words[4])),
        length_(std::atof(words[5])),
        connections_(static_cast<std::size_t>(std::atoi(words[6]))) {
    poll_ = epoll_create1(0);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].key = keys_[i % keys_.size()];
      open(connections_[i]);
      idle_.push_back(i);
    }
  }

  void run() {
    start_ = Clock::now();
    auto const total = static_cast<std::size_t>(rate_ * length_.count());
    auto const end = start_ + std::chrono::duration_cast<Clock::duration>(length_);
    while (answered_ + broken_ < total) {
      auto const now = Clock::now();
      bool const over = now > end + late_max;
      if (now > end + patience) break;
      if (over && answered_ + broken_ + waiting_.size() == due_) break;
      while (due_ < total && due_at(due_) <= now) waiting_.push_back(due_++);
      while (!over && !waiting_.empty() && !idle_.empty()) send_next();
      wait(due_ < total ? due_at(due_) : now + wait_max);
    }
    unsent_ = total - due_ + waiting_.size();
    hanging_ = total - answered_ - broken_ - unsent_;
  }

  void print() {
    std::size_t const good = good_.ms.size();
    std::printf(
        "{\"offered\": %zu, \"good\": %zu, \"shed\": %zu, \"other\": %zu, \"broken\": %zu, "
        "\"hanging\": %zu, \"unsent\": %zu, \"rate\": %.1f, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
        "\"max_ms\": %.3f, "
        "\"shed_p99_ms\": %.3f}\n",
        due_, good, shed_.ms.size(), other_, broken_, hanging_, unsent_,
        static_cast<double>(good) / lasted_.count(), good_.percentile(0.5), good_.percentile(0.99),
        good_.percentile(1), shed_.percentile(0.99));
  }

 private:
  Clock::time_point due_at(std::size_t request) const {
    return start_ + std::chrono::duration_cast<Clock::duration>(
                        Seconds(static_cast<double>(request) / rate_));
  }

  void open(Connection& connection) {
    int const socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("nobody listens");
    }
    int const on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(socket, F_SETFL, O_NONBLOCK);
    connection.socket = socket;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<std::uint64_t>(&connection - connections_.data());
    epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event);
  }

  void send_next() {
    Connection& connection = connections_[idle_.back()];
    idle_.pop_back();
    auto const request = waiting_.front();
    waiting_.pop_front();
    connection.due = due_at(request);
    connection.busy = true;
    connection.out = request_of(targets_[request % targets_.size()], connection.key);
    // A request is far smaller than a socket's buffer.
    auto const size = static_cast<ssize_t>(connection.out.size());
    if (::send(connection.socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL) !=
        size) {
      lose(connection);
    }
  }

  void wait(Clock::time_point until) {
    std::array<epoll_event, events_max> events;
    auto left = std::clamp<Clock::duration>(until - Clock::now(), Clock::duration(0), wait_max);
    if (idle_.empty()) left = wait_max;  // nothing to do before somebody answers
    timespec const timeout{0, std::chrono::nanoseconds(left).count()};
    int const count = epoll_pwait2(poll_, events.data(), events_max, &timeout, nullptr);
    for (int i = 0; i < count; ++i)
      receive(connections_[events[static_cast<std::size_t>(i)].data.u64]);
  }

  void receive(Connection& connection) {
    std::array<char, 32768> buffer;
    auto const got = ::recv(connection.socket, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return lose(connection);
    connection.in.append(buffer.data(), static_cast<std::size_t>(got));
    auto const head_end = connection.in.find("\r\n\r\n");
    if (head_end == std::string::npos) return;
    auto const length = content_length(std::string_view(connection.in).substr(0, head_end + 2));
    if (connection.in.size() < head_end + 4 + length) return;
    count(connection, std::atoi(connection.in.c_str() + 9));
    connection.in.clear();
    connection.busy = false;
    idle_.push_back(static_cast<std::size_t>(&connection - connections_.data()));
  }

  static std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "content-length:";
    for (std::size_t line = 0; line < head.size(); line = head.find("\r\n", line) + 2) {
      if (strncasecmp(head.data() + line, name.data(), name.size()) == 0) {
        return static_cast<std::size_t>(std::atol(head.data() + line + name.size()));
      }
    }
    return 0;
  }

  void count(Connection const& connection, int status) {
    ++answered_;
    lasted_ = std::max(length_, Seconds(Clock::now() - start_));  // late answers make no rate
    double const ms = Seconds(Clock::now() - connection.due).count() * 1000;
    if (status >= 200 && status < 300) {
      good_.ms.push_back(ms);
    } else if (status == 503 || status == 429) {
      shed_.ms.push_back(ms);
    } else {
      ++other_;
    }
  }

  void lose(Connection& connection) {
    if (connection.busy) ++broken_;
    ::close(connection.socket);
    bool const was_busy = connection.busy;
    connection.busy = false;
    connection.in.clear();
    open(connection);
    if (was_busy) idle_.push_back(static_cast<std::size_t>(&connection - connections_.data()));
  }

  std::uint16_t const port_;
  std::vector<std::string> const targets_;
  std::vector<std::string> const keys_;
  double const rate_;
  Seconds const length_;
  std::vector<Connection> connections_;
  std::vector<std::size_t> idle_;
  std::deque<std::size_t> waiting_;  // due, and not sent for want of a connection
  int poll_ = -1;
  Clock::time_point start_;
  Seconds lasted_{1};  // until the last answer, the length at least
  std::size_t due_ = 0, answered_ = 0;
  std::size_t other_ = 0, broken_ = 0, hanging_ = 0, unsent_ = 0;
  Times good_, shed_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fprintf(stderr, "steady PORT TARGETS KEYS RATE SECONDS CONNECTIONS\n");
    return 2;
  }
  try {
    Load load(argv);
    load.run();
    load.print();
    return 0;
  } catch (std::exception const& failure) {
    std::fprintf(stderr, "steady: %s\n", failure.what());
    return 1;
  }
}
