// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/json.hpp"

#include <array>
#include <catch2/catch.hpp>

using namespace throughline;
using json::Reader;
using json::Value;
using namespace std::string_literals;

namespace {

constexpr std::array<std::string_view, 2> colours{"red", "blue"};

Code parse_code(std::string_view body) {
  try {
    json::parse_object(body);
  } catch (Error const& error) {
    return error.code();
  }
  FAIL("accepted: " << body);
  return Code::internal;
}

/// Everything `read` finds wrong with the body, as "pointer: detail" lines.
template <class Read>
std::vector<std::string> faults(std::string_view body, Read read) {
  Value const value = json::parse_object(body);
  Reader in(value);
  read(in);
  std::vector<std::string> lines;
  try {
    in.finish();
  } catch (Error const& error) {
    REQUIRE(error.code() == Code::invalid);
    for (auto const& field : error.fields()) lines.push_back(field.pointer + ": " + field.detail);
  }
  return lines;
}

template <class Read>
std::string fault(std::string_view body, Read read) {
  auto const lines = faults(body, read);
  REQUIRE(lines.size() <= 1);
  return lines.empty() ? "" : lines.front();
}

std::string nest(std::size_t levels) {
  return R"({"a":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
}

}  // namespace

TEST_CASE("json: what is no JSON text is malformed") {
  for (std::string const& body :
       {""s, " "s, "{"s, "{}x"s, "{'a':1}"s, R"({"a":1,})"s, R"({"a":01})"s, R"({"a":+1})"s,
        R"({"a":NaN})"s, R"({"a":.5})"s, "{\"a\":\"\n\"}"s, "{\"a\":\"\0\"}"s, "{}\0"s,
        R"({"a":"\x"})"s, "// {}\n{}"s}) {
    CHECK(parse_code(body) == Code::malformed);
  }
}

TEST_CASE("json: text that is no Unicode is malformed, in values and in keys") {
  for (std::string const& text :
       {"\xFF"s, "\xC0\x80"s, "\xC3"s, "\xED\xA0\x80"s, "\xF4\x90\x80\x80"s, R"(\ud800)"s,
        R"(\udc00)"s, R"(\ud800\ud800)"s, R"(\ud83dx)"s}) {
    CHECK(parse_code("{\"a\":\"" + text + "\"}") == Code::malformed);
    CHECK(parse_code("{\"" + text + "\":1}") == Code::malformed);
  }
  CHECK(json::parse_object(R"({"a":"\ud83d\ude00"})")["a"] == "\xF0\x9F\x98\x80");
}

TEST_CASE("json: numbers no double holds are malformed") {
  CHECK(parse_code(R"({"a":1e999})") == Code::malformed);
  CHECK(parse_code(R"({"a":[-1e400]})") == Code::malformed);
  CHECK(json::parse_object(R"({"a":1e-999})")["a"] == 0.0);
}

TEST_CASE("json: a key that stands twice is malformed, on any level and however it is written") {
  CHECK(parse_code(R"({"a":1,"a":1})") == Code::malformed);
  CHECK(parse_code(R"({"a":1,"\u0061":2})") == Code::malformed);
  CHECK(parse_code(R"({"x":[{"a":{},"b":1,"a":[]}]})") == Code::malformed);
  CHECK_NOTHROW(json::parse_object(R"({"x":[{"a":1},{"a":1}],"a":1})"));
}

TEST_CASE("json: depth is bounded without recursion") {
  CHECK_NOTHROW(json::parse_object(nest(json::depth_max)));
  CHECK(parse_code(nest(json::depth_max + 1)) == Code::malformed);
  CHECK(parse_code(R"({"a":)" + std::string(1'000'000, '[')) == Code::malformed);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  CHECK(parse_code(objects) == Code::malformed);
}

TEST_CASE("json: the top must be an object") {
  for (auto const* body : {"[]", "1", "\"a\"", "null", "true", "[{}]"}) {
    CHECK(parse_code(body) == Code::invalid);
  }
}

TEST_CASE("json: values arrive as they were sent") {
  auto const value = json::parse_object(
      R"({"s":"aß\u00e4","n":-1.5,"i":-7,"u":18446744073709551615,"t":true,"z":null,)"
      R"("l":[1,[2,{"k":"v"}],{}],"o":{"b":{"c":[]}}})");
  CHECK(json::dump(value) ==
        R"({"i":-7,"l":[1,[2,{"k":"v"}],{}],"n":-1.5,"o":{"b":{"c":[]}},"s":"aßä","t":true,)"
        R"("u":18446744073709551615,"z":null})");
}

TEST_CASE("json reader: every bad field is named at once, nested ones by their pointer") {
  auto const lines =
      faults(R"({"name":7,"colour":"green","extra":1,"part":{"a/b~c":true,"unknown~/":0},)"
             R"("items":[{"n":1},{"n":"x"},5,{"m":1}]})",
             [](Reader& in) {
               in.required_text("name");
               in.word("colour", colours);
               in.required_text("missing");
               in.nested("part", [](Reader& part) { part.text("a/b~c"); });
               in.each("items", 1, 10, [](Reader& item) { item.integer("n", 0, 9); });
             });
  CHECK(lines ==
        std::vector<std::string>{
            "/name: must be a string", "/colour: must be one of: red blue", "/missing: is required",
            "/part/a~1b~0c: must be a string", "/part/unknown~0~1: is not a field here; remove it",
            "/items/1/n: must be a whole number from 0 to 9", "/items/2: must be a JSON object",
            "/items/3/m: is not a field here; remove it",
            "/extra: is not a field here; remove it"});
}

TEST_CASE("json reader: absent and null are the same to optional getters, told apart by is_null") {
  Value const value = json::parse_object(R"({"a":null,"b":""})");
  Reader in(value);
  CHECK(in.has("a"));
  CHECK(in.is_null("a"));
  CHECK_FALSE(in.has("c"));
  CHECK_FALSE(in.is_null("c"));
  CHECK_FALSE(in.text("a"));
  CHECK_FALSE(in.text("c"));
  CHECK_FALSE(in.time("a"));
  CHECK(in.text("b") == "");
  CHECK_FALSE(in.nested("a", [](Reader&) {}));
  CHECK(in.each("c", 0, 1, [](Reader&) {}) == 0);
  CHECK_NOTHROW(in.finish());
}

TEST_CASE("json reader: required texts are there and not blank") {
  auto const read = [](Reader& in) { in.required_text("a"); };
  CHECK(fault(R"({"a":"x"})", read) == "");
  CHECK(fault(R"({})", read) == "/a: is required");
  CHECK(fault(R"({"a":null})", read) == "/a: is required");
  CHECK(fault(R"({"a":""})", read) == "/a: must not be blank");
  CHECK(fault(R"({"a":" \t"})", [](Reader& in) { in.required_prose("a"); }) ==
        "/a: must not be blank");
}

TEST_CASE("json reader: texts are measured in characters") {
  auto const read = [](Reader& in) { in.text("a", 3); };
  CHECK(fault(R"({"a":"äöü"})", read) == "");
  CHECK(fault(R"({"a":"\ud83d\ude00\ud83d\ude00\ud83d\ude00"})", read) == "");
  CHECK(fault(R"({"a":"abcd"})", read) == "/a: must have at most 3 characters");
}

TEST_CASE("json reader: control characters are refused, line ends and tabs kept in prose") {
  auto const text = [](Reader& in) { in.text("a"); };
  auto const prose = [](Reader& in) { in.prose("a"); };
  for (auto const* escaped : {R"(\u0000)", R"(x\u0000)", R"(\u0001)", R"(\u001f)", R"(\u007f)",
                              R"(\u0080)", R"(\u009f)"}) {
    std::string const body = R"({"a":")" + std::string(escaped) + R"("})";
    CHECK(fault(body, text) == "/a: must not hold control characters");
    CHECK(fault(body, prose) ==
          "/a: must not hold control characters other than tab and line ends");
  }
  CHECK(fault(R"({"a":"x\ty"})", text) == "/a: must not hold control characters");
  CHECK(fault(R"({"a":"x\ty\r\nz\u00a0"})", prose) == "");
}

TEST_CASE("json reader: a key with NUL is an unknown field, named with it") {
  CHECK(faults(R"({"a\u0000":1})", [](Reader&) {}) ==
        std::vector<std::string>{"/a\0: is not a field here; remove it"s});
}

TEST_CASE("json reader: numbers stay within their limits") {
  auto const integer = [](Reader& in) { in.integer("a", -5, 9); };
  for (auto const* good : {"-5", "9", "5.0", "0", "-0", "1e0"}) {
    CHECK(fault(R"({"a":)" + std::string(good) + "}", integer) == "");
  }
  for (auto const* bad : {"-6", "10", "5.5", "\"5\"", "true", "18446744073709551615",
                          "99999999999999999999999", "1e300", "-1e300", "9223372036854775808"}) {
    CHECK(fault(R"({"a":)" + std::string(bad) + "}", integer) ==
          "/a: must be a whole number from -5 to 9");
  }
  auto const number = [](Reader& in) { in.number("a", -1, 1); };
  CHECK(fault(R"({"a":-1})", number) == "");
  CHECK(fault(R"({"a":0.25})", number) == "");
  for (auto const* bad : {"1.0001", "-2", "1e308", "\"0\"", "[]"}) {
    CHECK(fault(R"({"a":)" + std::string(bad) + "}", number) ==
          "/a: must be a number from -1.0 to 1.0");
  }
  Value const value = json::parse_object(R"({"a":9223372036854775807,"b":-9223372036854775808})");
  Reader in(value);
  auto const low = std::numeric_limits<std::int64_t>::min();
  auto const high = std::numeric_limits<std::int64_t>::max();
  CHECK(in.integer("a", low, high) == high);
  CHECK(in.integer("b", low, high) == low);
}

TEST_CASE("json reader: times, ids and booleans are read or refused") {
  Value const value = json::parse_object(
      R"({"t":"2026-11-21T08:30:00+01:00","i":"0192F3A0-0000-7000-8000-0123456789AB","b":true})");
  Reader in(value);
  CHECK(format_rfc3339(*in.time("t")) == "2026-11-21T07:30:00.000000Z");
  CHECK(in.id<CaseId>("i")->str() == "0192f3a0-0000-7000-8000-0123456789ab");
  CHECK(in.boolean("b") == true);
  in.finish();
  auto const lines = faults(R"({"t":"2026-02-30T00:00:00Z","i":"x","b":0})", [](Reader& bad) {
    bad.time("t");
    bad.id<CaseId>("i");
    bad.boolean("b");
  });
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("/t: must be a time"));
  CHECK(lines[1].starts_with("/i: must be an id"));
  CHECK(lines[2].starts_with("/b: must be true or false"));
}

TEST_CASE("json reader: free objects are kept as given, bounded, without NUL") {
  auto const read = [](Reader& in) { in.object("a", 20); };
  CHECK(fault(R"({"a":{"b":[1,"x"]}})", read) == "");
  CHECK(fault(R"({"a":[]})", read) == "/a: must be a JSON object");
  CHECK(fault(R"({"a":{"b":"12345678901234567890"}})", read) ==
        "/a: must have at most 20 bytes as JSON text");
  for (auto const* hidden : {R"({"b":"\u0000"})", R"({"b\u0000":1})", R"({"b":[{"c":"\u0000"}]})",
                             R"({"b":[{"\u0000":1}]})"}) {
    CHECK(fault(R"({"a":)" + std::string(hidden) + "}", read) ==
          "/a: must not hold NUL characters");
  }
}

TEST_CASE("json reader: lists keep their limits") {
  auto const read = [](Reader& in) { in.each("a", 1, 2, [](Reader&) {}); };
  CHECK(fault(R"({"a":[{},{}]})", read) == "");
  CHECK(fault(R"({})", read) == "/a: is required");
  CHECK(fault(R"({"a":[]})", read) == "/a: must have at least 1 elements");
  CHECK(fault(R"({"a":[{},{},{}]})", read) == "/a: must have at most 2 elements");
  CHECK(fault(R"({"a":{}})", read) == "/a: must be an array");
  CHECK(faults(R"({"a":["x",""," ",1,"y\u0000"]})",
               [](Reader& in) { CHECK(in.texts("a", 5) == std::vector<std::string>{"x"}); }) ==
        std::vector<std::string>{"/a/1: must not be blank", "/a/2: must not be blank",
                                 "/a/3: must be a string",
                                 "/a/4: must not hold control characters"});
  CHECK(faults(R"({"a":["0190b5a2-c0de-7000-8000-000000000001","x",7]})",
               [](Reader& in) { CHECK(in.ids<CaseId>("a", 3).size() == 1); }) ==
        std::vector<std::string>{"/a/1: must be an id: a UUID of 36 characters",
                                 "/a/2: must be an id: a UUID of 36 characters"});
  CHECK(fault(R"({"a":[1,2]})", [](Reader& in) { in.ids<CaseId>("a", 1); }) ==
        "/a: must have at most 1 elements");
}

TEST_CASE("json reader: models and versions are for bots") {
  auto const lines = faults(
      R"({"agent":{"kind":"human","id":"mara","model":"m","prompt_version":"1",
                   "persona_version":"2"}})",
      [](Reader& in) { in.agent(); });
  CHECK(lines == std::vector<std::string>{"/agent/model: is only for bots",
                                          "/agent/prompt_version: is only for bots",
                                          "/agent/persona_version: is only for bots"});
}

TEST_CASE("json reader: agent and external id name their own fields") {
  Value const value = json::parse_object(
      R"({"agent":{"kind":"bot","id":"b-1","model":"m"},"external_id":{"system":"crm","id":"7"}})");
  Reader in(value);
  auto const agent = in.agent();
  auto const external = in.external_id();
  in.finish();
  CHECK(json::dump(json::to_value(*agent)) == R"({"id":"b-1","kind":"bot","model":"m"})");
  CHECK(json::to_value(Agent{}).is_null());
  CHECK(external->system == "crm");
  CHECK(external->id == "7");
  auto const lines =
      faults(R"({"agent":{"kind":"cat","nick":1},"external_id":{"id":3}})", [](Reader& bad) {
        bad.agent();
        bad.external_id();
      });
  CHECK(lines == std::vector<std::string>{
                     "/agent/kind: must be one of: bot human", "/agent/id: is required",
                     "/agent/nick: is not a field here; remove it",
                     "/external_id/system: is required", "/external_id/id: must be a string"});
}

TEST_CASE("json reader: the list of errors is bounded and never repeats a monstrous name") {
  std::string body = "{";
  for (std::size_t i = 0; i < 2 * json::errors_max; ++i) {
    body += "\"k" + std::to_string(i) + "\":0,";
  }
  body += "\"z\":0}";
  CHECK(faults(body, [](Reader&) {}).size() == json::errors_max);
  std::string const long_name(json::short_text_max + 1, 'k');
  CHECK(fault("{\"" + long_name + "\":0}", [](Reader&) {}) ==
        ": has an unknown field whose name is too long to repeat");
}

TEST_CASE("json: dump never throws") {
  CHECK(json::dump(Value("\xFF")) == "\"\xEF\xBF\xBD\"");
}

TEST_CASE("json: what may be absent is shown as null") {
  auto const some = [](auto const& value) { return json::dump(json::or_null(value)); };
  CHECK(some(std::string()) == "null");
  CHECK(some(std::string("a")) == R"("a")");
  CHECK(some(std::optional<double>()) == "null");
  CHECK(some(std::optional(-0.5)) == "-0.5");
  CHECK(some(std::optional<Timestamp>()) == "null");
  CHECK(some(parse_rfc3339("2026-11-21T08:00:00Z")) == R"("2026-11-21T08:00:00.000000Z")");
  CHECK(some(std::optional<Agent>()) == "null");
  CHECK(some(std::optional(Agent{"human", "mara", "", "", ""})) ==
        R"({"id":"mara","kind":"human"})");
  CHECK(some(std::optional<ExternalId>()) == "null");
  CHECK(some(std::optional(ExternalId{"crm", "7"})) == R"({"id":"7","system":"crm"})");
  CHECK(some(std::optional<CaseId>()) == "null");
  CHECK(some(CaseId::parse("018f2d5e-0000-7000-8000-000000000001")) ==
        R"("018f2d5e-0000-7000-8000-000000000001")");
}
