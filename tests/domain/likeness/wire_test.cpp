// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <random>

#include "domain/likeness/people.hpp"

namespace throughline::likeness::tests {
namespace {

bool is_empty(Record const& record) {
  return record.given.empty() && record.family.empty() && record.suffix.empty() && !record.born &&
         record.address == Address{} && record.identifiers.empty();
}

}  // namespace

TEST_CASE("read: what is no profile tells nothing", "[likeness]") {
  for (auto const* text : {"", "null", "[]", "3", "{", R"("text")", R"({"given_name":3})",
                           R"({"given_name":null,"address":[1,2],"date_of_birth":{}})",
                           R"({"address":{"line1":7,"city":null}})", R"({"name":"Ann"})"}) {
    INFO(text);
    CHECK(is_empty(read(text, {})));
  }
}

TEST_CASE("read: hostile text is harmless", "[likeness]") {
  std::string const huge(2'000'000, 'a');
  auto const record = person(
      {huge, huge, huge, huge, huge, huge, {email(huge), account("crm:" + huge), phone(huge)}});
  CHECK(record.given.front().size() <= text_bytes_max);
  CHECK(keys(record).size() <= keys_max);
  CHECK_NOTHROW(compare(record, record, default_weights()));

  std::string many;
  for (int i = 0; i < 100; ++i) many += "a ";
  CHECK(person({many}).given.size() <= words_max);
  CHECK(is_empty(read(std::string(100'000, '['), {})));
  CHECK(is_empty(read("{\"given_name\":\"\xff\xfe\"}", {})));
}

TEST_CASE("read: random bytes never do harm", "[likeness]") {
  std::mt19937 random(5);
  for (int i = 0; i < 500; ++i) {
    std::string bytes;
    for (std::size_t j = random() % 40; j > 0; --j) bytes += static_cast<char>(random());
    Value const value{i % 2 == 0 ? "email" : "account", bytes, bytes, true, false};
    auto const record = read(bytes, std::vector{value});
    CHECK(keys(record).size() <= keys_max);
    CHECK_NOTHROW(compare(record, person({"Ann", "Walker"}), default_weights()));
  }
}

TEST_CASE("weights: as text and back", "[likeness]") {
  Weights weights = default_weights();
  weights.version = 7;
  weights.odds[0][0] = {.123456789, .000000001};
  auto const back = read_weights(to_json(weights));
  REQUIRE(back);
  CHECK(back->version == 7);
  CHECK(to_json(*back) == to_json(weights));
}

TEST_CASE("weights: other text is refused", "[likeness]") {
  for (auto const* text : {"", "{}", "[]", R"({"version":1})", R"({"version":"1","fields":{}})",
                           R"({"version":1,"fields":{"email":{}}})"}) {
    CHECK_FALSE(read_weights(text));
  }
  std::string text = to_json(default_weights());
  auto const at = text.find("\"m\":");
  CHECK_FALSE(read_weights(text.replace(at, 5, "\"m\":-")));
}

TEST_CASE("evidence: names fields and levels, never a value", "[likeness]") {
  auto const one = person({"Ann", "Walker", "1984-03-17", "", "", "", {email("ann@mail.example")}});
  auto const text = to_json(compare(one, one, default_weights()).evidence);
  CHECK(text.find(R"({"bits":)") != std::string::npos);
  CHECK(text.find(R"("field":"given_name","level":"exact")") != std::string::npos);
  CHECK(text.find("ann") == std::string::npos);
  CHECK(text.find("1984") == std::string::npos);
  CHECK(to_json(std::span<Evidence const>{}) == "[]");
}

}  // namespace throughline::likeness::tests
