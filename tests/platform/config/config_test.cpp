// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/platform/config.hpp"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>

namespace throughline::config {
namespace {

Config parse(std::vector<std::string> arguments) {
  CLI::App app;
  Config config;
  add_options(app, config);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  return config;
}

std::string refusal(std::vector<std::string> const& arguments) {
  try {
    parse(arguments);
  } catch (CLI::ParseError const& error) {
    return error.what();
  }
  return {};
}

std::string const database = "--database-url=postgresql://u@127.0.0.1/d";

}  // namespace

TEST_CASE("addresses are host:port, IPv6 in brackets", "[config]") {
  CHECK(parse_address("127.0.0.1:8080")->port == 8080);
  CHECK(parse_address("[::1]:80")->host == "::1");
  CHECK(parse_address("localhost:0")->port == 0);
  for (auto const* bad : {"", "8080", ":8080", "::1:80", "a:70000", "a:80x", "a:", "[]:1"}) {
    CHECK_FALSE(parse_address(bad));
  }
}

TEST_CASE("flags set every kind of field", "[config]") {
  auto const config = parse({database, "--workers=3", "--listen=[::1]:1", "--idle-timeout-ms=20"});
  CHECK(config.workers == 3);
  CHECK(config.listen == "[::1]:1");
  CHECK(config.limits.idle_timeout == std::chrono::milliseconds(20));
  CHECK(config.limits.body_bytes == Limits{}.body_bytes);
}

TEST_CASE("allowed origins are a list of what browsers send", "[config]") {
  auto const config =
      parse({database, "--allowed-origins=https://a.example,http://localhost:3000"});
  CHECK(config.allowed_origins ==
        std::vector<std::string>{"https://a.example", "http://localhost:3000"});
  CHECK(parse({database}).allowed_origins.empty());
  for (auto const* bad : {"a.example", "https://a.example/", "*", "https://*.example",
                          "https://A.example", "ftp://a.example", "https://"}) {
    INFO(bad);
    CHECK(refusal({database, std::string("--allowed-origins=") + bad}).find("origin") !=
          std::string::npos);
  }
}

TEST_CASE("the environment sets what no flag does", "[config]") {
  ::setenv("THROUGHLINE_WORKERS", "5", 1);
  ::setenv("THROUGHLINE_IO_THREADS", "2", 1);
  auto const config = parse({database, "--workers=3"});
  ::unsetenv("THROUGHLINE_WORKERS");
  ::unsetenv("THROUGHLINE_IO_THREADS");
  CHECK(config.workers == 3);
  CHECK(config.io_threads == 2);
}

TEST_CASE("a wrong value is refused by the name of its flag", "[config]") {
  ::unsetenv("THROUGHLINE_DATABASE_URL");
  CHECK_THAT(refusal({}), Catch::Contains("--database-url"));
  CHECK_THAT(refusal({"--database-url=mysql://x"}), Catch::Contains("postgresql://"));
  CHECK_THAT(refusal({database, "--workers=0"}), Catch::Contains("--workers"));
  CHECK_THAT(refusal({database, "--workers=many"}), Catch::Contains("--workers"));
  CHECK_THAT(refusal({database, "--listen=8080"}), Catch::Contains("--listen"));
  CHECK_THAT(refusal({database, "--redis-url=http://x"}), Catch::Contains("--redis-url"));
  CHECK_THAT(refusal({database, "--header-timeout-ms=-1"}), Catch::Contains("--header-timeout-ms"));
}

}  // namespace throughline::config
