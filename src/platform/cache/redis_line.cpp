// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/redis_line.hpp"

#include <optional>

namespace throughline::cache {

RedisLine::RedisLine(redis::Options options, log::Logger& log)
    : work_(loop_.get_executor()), client_(loop_, std::move(options), log) {}

redis::Reply RedisLine::call(std::vector<std::string> const& words) {
  std::optional<redis::Reply> answer;
  client_.command(words, [&answer](redis::Reply reply) { answer = std::move(reply); });
  while (!answer) loop_.run_one();
  return std::move(*answer);
}

void RedisLine::turn(std::chrono::milliseconds time) {
  loop_.run_for(time);
}

}  // namespace throughline::cache
