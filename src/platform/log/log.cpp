// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/platform/log.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "platform/log/line.hpp"

namespace throughline::log {

namespace {

/// Lines that may wait for the writing thread; beyond it the oldest gives way.
constexpr std::size_t queue_lines_max = 8192;

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

// The sinks need no lock of their own: only the pool's one thread writes to them.
spdlog::sink_ptr open_sink(std::string const& path) {
  if (path == "-") return std::make_shared<spdlog::sinks::stderr_sink_st>();
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_st>(path);
  } catch (spdlog::spdlog_ex const& problem) {
    throw std::runtime_error("the log file cannot be opened: " + std::string(problem.what()));
  }
}

}  // namespace

struct Logger::Impl {
  Impl(std::string const& path, Level lowest)
      : least(lowest),
        pool(std::make_shared<spdlog::details::thread_pool>(queue_lines_max, 1)),
        logger(std::make_shared<spdlog::async_logger>(
            "throughline", open_sink(path), pool, spdlog::async_overflow_policy::overrun_oldest)) {
    // A line arrives here finished: the pattern adds nothing to it.
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    logger->set_level(spdlog::level::trace);
    logger->flush_on(spdlog::level::trace);
  }
  /// Writes what still waits and ends the thread, before the sink it writes to goes.
  ~Impl() { pool.reset(); }
  Impl(Impl const&) = delete;
  Impl& operator=(Impl const&) = delete;

  Level const least;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

Logger::Logger(std::string const& path, Level least)
    : impl_(path.empty() ? nullptr : std::make_unique<Impl>(path, least)) {}

Logger::~Logger() = default;

void Logger::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  if (!impl_ || level < impl_->least) return;
  auto const now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  std::string const text = line(now, level, event, fields);
  impl_->logger->log(spdlog_level(level), spdlog::string_view_t(text.data(), text.size()));
}

std::uint64_t Logger::dropped() const {
  return impl_ ? impl_->pool->overrun_counter() : 0;
}

}  // namespace throughline::log
