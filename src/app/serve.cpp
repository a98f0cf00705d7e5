// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/serve.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>

#include "app/instance.hpp"
#include "app/routes.hpp"

namespace throughline::app {

namespace {

/// Blocked before the first thread is made, so that all of them leave the signals to wait().
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  /// After it, the signals have their default effect again.
  void wait() {
    int signal = 0;
    sigwait(&set_, &signal);
    pthread_sigmask(SIG_UNBLOCK, &set_, nullptr);
  }

 private:
  sigset_t set_{};
};

void serve(config::Config const& config) {
  StopSignals signals;
  std::signal(SIGPIPE, SIG_IGN);  // a client that went away is an error code, not our end
  SystemClock const clock;
  Instance instance(config, clock, routes);
  instance.start();
  signals.wait();
  instance.stop();
}

}  // namespace

void add_serve_command(CLI::App& program) {
  auto* command = program.add_subcommand("serve", "Serves the API; SIGTERM drains and ends it.");
  auto const config = std::make_shared<config::Config>();
  config::add_options(*command, *config);
  command->callback([config] { serve(*config); });
}

}  // namespace throughline::app
