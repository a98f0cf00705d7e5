// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/faults/process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <utility>

namespace throughline::faults {

namespace {

passwd const& unprivileged_account() {
  passwd const* account = ::getpwnam("postgres");
  if (account == nullptr) account = ::getpwnam("nobody");
  if (account == nullptr) throw std::runtime_error("no account to run PostgreSQL under");
  return *account;
}

struct Prepared {
  std::vector<char*> words;
  std::vector<char*> environment;
  uid_t user = 0;
  gid_t group = 0;
};

/// Everything that allocates happens before the fork.
Prepared prepare(Command const& command) {
  Prepared prepared;
  for (auto const& word : command.words) prepared.words.push_back(const_cast<char*>(word.c_str()));
  prepared.words.push_back(nullptr);
  for (char** variable = ::environ; *variable != nullptr; ++variable) {
    prepared.environment.push_back(*variable);
  }
  for (auto const& variable : command.environment) {
    prepared.environment.insert(prepared.environment.begin(), const_cast<char*>(variable.c_str()));
  }
  prepared.environment.push_back(nullptr);
  if (command.unprivileged && ::geteuid() == 0) {
    auto const& account = unprivileged_account();
    prepared.user = account.pw_uid;
    prepared.group = account.pw_gid;
  }
  return prepared;
}

[[noreturn]] void become(Prepared& prepared, int output) {
  if (prepared.user != 0) {
    bool const changed = ::chdir("/") == 0 && ::setgroups(0, nullptr) == 0 &&
                         ::setgid(prepared.group) == 0 && ::setuid(prepared.user) == 0;
    if (!changed) ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  int const nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  constexpr unsigned first_other = 3;
  ::close_range(first_other, ~0U, 0);
  ::execvpe(prepared.words[0], prepared.words.data(), prepared.environment.data());
  ::_exit(127);
}

pid_t start(Command const& command, int output) {
  auto prepared = prepare(command);
  pid_t const process = ::fork();
  if (process == 0) become(prepared, output);
  if (process < 0) throw std::runtime_error("can't start " + command.words[0]);
  return process;
}

/// Field 4 of /proc/N/stat, behind the name in parentheses.
pid_t parent_of(std::filesystem::path const& entry) {
  std::ifstream file(entry / "stat");
  std::string line;
  std::getline(file, line);
  auto const name_end = line.rfind(')');
  if (name_end == std::string::npos || line.size() < name_end + 4) return 0;
  return static_cast<pid_t>(std::atoi(line.c_str() + name_end + 4));
}

void signal_children_of(pid_t parent, int number) {
  for (auto const& entry : std::filesystem::directory_iterator("/proc")) {
    auto const pid = static_cast<pid_t>(std::atoi(entry.path().filename().c_str()));
    if (pid > 0 && parent_of(entry.path()) == parent) ::kill(pid, number);
  }
}

}  // namespace

Process::Process(Command const& command) {
  int const output =
      ::open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  process_ = start(command, output);
  ::close(output);
}

Process::~Process() {
  kill();
}

Process::Process(Process&& other) noexcept : process_(std::exchange(other.process_, 0)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(process_, other.process_);
  return *this;
}

bool Process::running() {
  if (process_ != 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) process_ = 0;
  return process_ != 0;
}

/// The parent first: it must not see its children go and clean up after them.
void Process::signal_all(int number) {
  if (process_ == 0) return;
  ::kill(process_, number == SIGKILL ? SIGSTOP : number);
  signal_children_of(process_, number);
  if (number == SIGKILL) ::kill(process_, SIGKILL);
}

void Process::kill() {
  signal_all(SIGKILL);
  wait();
}

void Process::pause() {
  signal_all(SIGSTOP);
}

void Process::resume() {
  signal_all(SIGCONT);
}

void Process::stop() {
  if (process_ != 0) ::kill(process_, SIGTERM);
  wait();
}

int Process::wait() {
  if (process_ == 0) return -1;
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string run(Command command) {
  Folder const folder;
  command.output = folder.path() + "/output";
  Process process(command);
  int const result = process.wait();
  std::ifstream file(command.output);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (result != 0) throw std::runtime_error(command.words[0] + " failed: " + text);
  return text;
}

std::uint16_t free_port() {
  static std::mt19937 dice{std::random_device{}()};
  constexpr int tries = 100;
  constexpr int lowest = 20000;
  constexpr int count = 12000;
  for (int i = 0; i < tries; ++i) {
    auto const port = static_cast<std::uint16_t>(lowest + static_cast<int>(dice() % count));
    int const probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool const bound = ::bind(probe, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    ::close(probe);
    if (bound) return port;
  }
  throw std::runtime_error("no free port");
}

Folder::Folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "throughline-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
  if (::geteuid() != 0) return;
  auto const& account = unprivileged_account();
  if (::chown(path_.c_str(), account.pw_uid, account.pw_gid) != 0) {
    throw std::runtime_error("can't give " + path_ + " away");
  }
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace throughline::faults
