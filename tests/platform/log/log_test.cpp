// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/platform/log.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "platform/log/line.hpp"

using namespace throughline;
using namespace std::string_view_literals;

namespace {

std::filesystem::path fresh_file(std::string const& name) {
  auto const path = std::filesystem::temp_directory_path() /
                    ("throughline-" + std::to_string(::getpid()) + "-" + name);
  std::filesystem::remove(path);
  return path;
}

std::vector<nlohmann::json> lines_of(std::filesystem::path const& path) {
  std::ifstream file(path);
  std::vector<nlohmann::json> lines;
  for (std::string text; std::getline(file, text);) lines.push_back(nlohmann::json::parse(text));
  return lines;
}

nlohmann::json with_text(std::string_view text) {
  return nlohmann::json::parse(log::line(Timestamp{}, log::Level::info, "e", {{"text", text}}));
}

}  // namespace

TEST_CASE("a log line is one JSON object, its time in UTC and first", "[log]") {
  auto const text = log::line(
      *parse_rfc3339("2026-11-21T09:30:00.5+01:00"), log::Level::warning, "redis_down",
      {{"tries", std::int64_t{-3}}, {"seconds", 0.25}, {"last", true}, {"why", "refused"sv}});
  CHECK(text == R"({"at":"2026-11-21T08:30:00.500000Z","level":"warning","event":"redis_down",)"
                R"("tries":-3,"seconds":0.25,"last":true,"why":"refused"})");
}

TEST_CASE("whatever bytes a log field holds, the line stays JSON", "[log]") {
  CHECK(with_text("a\"b\\c\n\t\x01/\x7f")["text"] == "a\"b\\c\n\t\x01/\x7f");
  CHECK(with_text("nul\0here"sv)["text"] == std::string("nul\0here"sv));
  CHECK(with_text("Grüße 客 😀")["text"] == "Grüße 客 😀");
  std::string const broken_once = "x\xEF\xBF\xBDy";
  CHECK(with_text("x\xFFy")["text"] == broken_once);
  CHECK(with_text("x\xC0\xAFy")["text"] == "x\xEF\xBF\xBD\xEF\xBF\xBDy");          // overlong
  CHECK(with_text("x\xED\xA0\x80y")["text"].get<std::string>().size() == 11);      // surrogate
  CHECK(with_text("x\xF4\x90\x80\x80y")["text"].get<std::string>().size() == 14);  // > U+10FFFF
  CHECK(with_text("x\xE5\xAE")["text"].get<std::string>().substr(0, 4) == "x\xEF\xBF\xBD");
}

TEST_CASE("a number that JSON lacks is null in the log", "[log]") {
  auto const parsed = nlohmann::json::parse(log::line(
      Timestamp{}, log::Level::info, "e", {{"seconds", std::numeric_limits<double>::infinity()}}));
  CHECK(parsed["seconds"].is_null());
}

TEST_CASE("the logger appends every line at or above its level to its file", "[log]") {
  auto const path = fresh_file("log");
  {
    log::Logger logger(path.string(), log::Level::info);
    logger.write(log::Level::debug, "unseen");
    logger.info("first", {{"n", std::int64_t{1}}});
    logger.error("second");
  }
  { log::Logger(path.string()).info("third"); }
  auto const lines = lines_of(path);
  std::filesystem::remove(path);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["event"] == "first");
  CHECK(lines[1]["level"] == "error");
  CHECK(lines[2]["event"] == "third");
}

TEST_CASE("many threads log whole lines; what is missing is counted", "[log]") {
  auto const path = fresh_file("threads");
  constexpr std::int64_t threads = 4;
  constexpr std::int64_t each = 5000;
  std::uint64_t dropped = 0;
  {
    log::Logger logger(path.string());
    std::vector<std::thread> writers;
    for (std::int64_t t = 0; t < threads; ++t) {
      writers.emplace_back([&logger, t] {
        for (std::int64_t i = 0; i < each; ++i) logger.info("line", {{"thread", t}, {"i", i}});
      });
    }
    for (auto& writer : writers) writer.join();
    dropped = logger.dropped();
  }
  auto const lines = lines_of(path);
  std::filesystem::remove(path);
  CHECK(lines.size() + dropped == threads * each);
}

TEST_CASE("a log file that can't be opened is an error that names it", "[log]") {
  CHECK_THROWS_WITH(log::Logger("/dev/null/log"), Catch::Contains("/dev/null/log"));
  log::Logger nowhere("");
  nowhere.error("discarded");
  CHECK(nowhere.dropped() == 0);
}
