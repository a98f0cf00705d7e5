// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <optional>

#include "support/random_text.hpp"
#include "support/seed.hpp"
#include "throughline/base/json.hpp"
#include "throughline/base/text.hpp"

using namespace throughline;
using namespace std::chrono_literals;
using json::Value;
using test::Budget;
using test::RandomText;

namespace {

constexpr auto budget = 250ms;

std::string random_key(RandomText& random) {
  constexpr std::array<std::string_view, 6> fragments{"a", "~", "/", "~1", "name", "\""};
  return random.from(fragments, 4);
}

Value random_value(RandomText& random, std::size_t depth) {
  switch (random.below(depth == 0 ? 6 : 8)) {
    case 0:
      return nullptr;
    case 1:
      return random.below(2) == 0;
    case 2:
      return static_cast<std::int64_t>(random.below(2000)) - 1000;
    case 3:
      return std::numeric_limits<std::uint64_t>::max() - random.below(3);
    case 4:
      return static_cast<double>(random.below(1'000'000)) / 1024.0;
    case 5:
      return random_key(random);
    case 6: {
      Value list = Value::array();
      for (auto n = random.below(4); n > 0; --n) list.push_back(random_value(random, depth - 1));
      return list;
    }
    default: {
      Value object = Value::object();
      for (auto n = random.below(4); n > 0; --n) {
        object[random_key(random)] = random_value(random, depth - 1);
      }
      return object;
    }
  }
}

Value random_object(RandomText& random) {
  Value object = Value::object();
  for (auto n = random.below(6); n > 0; --n) {
    object[random_key(random)] = random_value(random, 4);
  }
  return object;
}

/// The value, or nullopt if the body is refused in one of the two ways there are.
std::optional<Value> parse(std::string const& body) {
  try {
    return json::parse_object(body);
  } catch (Error const& error) {
    REQUIRE((error.code() == Code::malformed || error.code() == Code::invalid));
    return std::nullopt;
  }
}

/// Asks every question of every field; what finish() throws is the list of faults.
std::vector<FieldError> ask_everything(Value const& value, std::vector<std::string> const& fields) {
  json::Reader in(value);
  constexpr std::array<std::string_view, 1> words{"a"};
  for (auto const& field : fields) {
    in.has(field);
    in.required_text(field, 3);
    in.prose(field);
    in.required_word(field, words);
    in.boolean(field);
    in.number(field, -1, 1);
    in.integer(field, -1, 1);
    in.time(field);
    in.id<CaseId>(field);
    in.object(field, 30);
    in.external_id(field);
    in.agent(field);
    in.texts(field, 2);
    in.each(field, 1, 2, [](json::Reader& item) { item.text("a"); });
  }
  try {
    in.finish();
  } catch (Error const& error) {
    return error.fields();
  }
  return {};
}

}  // namespace

TEST_CASE("json, random: what was written is read") {
  RandomText random(test::seed("json round trip"));
  for (Budget const time(budget); time.lasts();) {
    Value const object = random_object(random);
    REQUIRE(parse(json::dump(object)) == object);
  }
}

TEST_CASE("json, random: a damaged body is read or refused, and what is read is sound") {
  RandomText random(test::seed("json damage"));
  for (Budget const time(budget); time.lasts();) {
    std::string body = random.below(4) == 0 ? random.bytes(40) : json::dump(random_object(random));
    for (auto n = random.below(4); n > 0; --n) body = random.damaged(std::move(body));
    auto const value = parse(body);
    if (!value) continue;
    std::string const text = json::dump(*value);
    REQUIRE(is_utf8(text));
    REQUIRE(parse(text) == *value);
  }
}

TEST_CASE("json reader, random: each unknown field is named once, by a pointer that leads to it") {
  RandomText random(test::seed("json unknown fields"));
  for (Budget const time(budget); time.lasts();) {
    Value const object = random_object(random);
    auto const faults = ask_everything(object, {});
    REQUIRE(faults.size() == object.size());
    for (auto const& fault : faults) {
      REQUIRE(object.contains(Value::json_pointer(fault.pointer)));
    }
  }
}

TEST_CASE("json reader, random: no question and no field bring it down") {
  RandomText random(test::seed("json questions"));
  for (Budget const time(budget); time.lasts();) {
    Value const object = random_object(random);
    std::vector<std::string> fields{random_key(random)};
    for (auto const& [field, value] : object.items()) fields.push_back(field);
    for (auto const& fault : ask_everything(object, fields)) {
      REQUIRE_NOTHROW(Value::json_pointer(fault.pointer));
      REQUIRE_FALSE(fault.detail.empty());
    }
  }
}
