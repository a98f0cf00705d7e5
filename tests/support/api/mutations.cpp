// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/api/mutations.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "throughline/base/ids.hpp"
#include "throughline/base/time.hpp"

namespace throughline::support {

namespace {

using nlohmann::json;
using Verdict = Mutation::Verdict;

constexpr std::size_t nesting = 10000;
constexpr std::size_t longer_than_any_text = 20000;
constexpr std::size_t longer_than_any_list = 1500;

struct Replacement {
  std::string_view raw;  // JSON text
  Verdict verdict;
};

constexpr std::array wrong_times{
    Replacement{R"("9999-99-99T00:00:00Z")", Verdict::named},
    Replacement{R"("0000-00-00T00:00:00Z")", Verdict::named},
    Replacement{R"("300000-01-01T00:00:00Z")", Verdict::named},
    Replacement{R"("2026-02-30T00:00:00Z")", Verdict::named},
    Replacement{R"("2026-01-01T24:00:01Z")", Verdict::named},
    Replacement{R"("2026-01-01T00:00:00")", Verdict::named},
    Replacement{R"("2026-01-01")", Verdict::named},
    Replacement{R"("yesterday")", Verdict::named},
    Replacement{R"("-infinity")", Verdict::named},
    Replacement{R"("9999-12-31T23:59:59Z")", Verdict::named},
    Replacement{R"("1900-01-01T00:00:00+14:00")", Verdict::answered},
};

constexpr std::array wrong_ids{
    Replacement{R"("not-a-uuid")", Verdict::named},
    Replacement{R"("0190b5a2c0de7000800000000000000a")", Verdict::named},
    Replacement{R"("{0190b5a2-c0de-7000-8000-00000000000a}")", Verdict::named},
    Replacement{R"("0190b5a2-c0de-7000-8000-00000000000g")", Verdict::named},
    Replacement{R"("0190b5a2-c0de-7000-8000-00000000000a ")", Verdict::named},
    Replacement{R"("00000000-0000-0000-0000-000000000000")", Verdict::refused},
    Replacement{R"("ffffffff-ffff-ffff-ffff-ffffffffffff")", Verdict::refused},
};

constexpr std::array wrong_numbers{
    Replacement{"1e308", Verdict::named},
    Replacement{"-1e308", Verdict::named},
    Replacement{"9223372036854775808", Verdict::named},
    Replacement{"-9223372036854775809", Verdict::named},
    Replacement{"123456789012345678901234567890", Verdict::named},
    Replacement{"1e-400", Verdict::answered},
    Replacement{"-0", Verdict::answered},
};

constexpr std::array wrong_texts{
    Replacement{R"("a\u0000b")", Verdict::named},
    Replacement{R"("a\u0001b")", Verdict::named},
    Replacement{R"("a\u009fb")", Verdict::named},
    Replacement{R"("")", Verdict::answered},
    Replacement{R"("   ")", Verdict::answered},
    Replacement{R"("'; drop table customers; --")", Verdict::answered},
    Replacement{R"("%s%n{0}\\x00$1")", Verdict::answered},
    Replacement{R"("\ud83e\udd37\u200d\u2640\ufe0f \u202e\ufeff\uffff")", Verdict::answered},
    Replacement{R"("{}")", Verdict::answered},
};

/// Wrong wherever they stand, in free objects too.
constexpr std::array wrong_anywhere{
    Replacement{"1e400", Verdict::malformed},
    Replacement{"-1e400", Verdict::malformed},
    Replacement{R"("\ud800")", Verdict::malformed},
    Replacement{R"("\udc00\ud800")", Verdict::malformed},
    Replacement{R"("\u12")", Verdict::malformed},
    Replacement{"\"\xff\"", Verdict::malformed},
    Replacement{"\"\xc0\xaf\"", Verdict::malformed},
    Replacement{"\"\xed\xa0\x80\"", Verdict::malformed},
    Replacement{"\"\xf4\x90\x80\x80\"", Verdict::malformed},
    Replacement{"\"a\nb\"", Verdict::malformed},
    Replacement{"NaN", Verdict::malformed},
    Replacement{"Infinity", Verdict::malformed},
    Replacement{"01", Verdict::malformed},
    Replacement{"0x10", Verdict::malformed},
    Replacement{"1.", Verdict::malformed},
    Replacement{"'x'", Verdict::malformed},
    Replacement{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
                Verdict::malformed},
};

struct OfType {
  json::value_t type;
  std::string_view raw;
};
constexpr std::array types{OfType{json::value_t::number_integer, "7"},
                           OfType{json::value_t::string, "\"x\""},
                           OfType{json::value_t::array, "[]"}, OfType{json::value_t::object, "{}"},
                           OfType{json::value_t::boolean, "true"}};

std::string dump(json const& value) {
  return value.dump();
}

bool same_type(json const& value, json::value_t type) {
  return value.is_number() ? type == json::value_t::number_integer : value.type() == type;
}

/// Does what broken_fields promises for one body.
class Breaker {
 public:
  Breaker(ApiRoute const& route, std::string const& body)
      : route_(route), valid_(json::parse(body)) {}

  std::vector<Mutation> run() {
    visit("", valid_);
    return std::move(found_);
  }

 private:
  bool is_free(std::string const& at) const {
    return std::any_of(route_.free.begin(), route_.free.end(), [&](std::string_view free) {
      return at == free || at.starts_with(std::string(free) + "/");
    });
  }
  bool takes_any_member(std::string const& at) const {
    auto const is_it = [&](std::string_view open) { return at == open; };
    return is_free(at) || std::any_of(route_.open.begin(), route_.open.end(), is_it);
  }
  /// The outermost open object around a place.
  std::string around(std::string const& at) const {
    std::string outermost;
    for (auto const object : route_.open) {
      bool const inside = at.starts_with(std::string(object) + "/");
      if (inside && (outermost.empty() || object.size() < outermost.size())) outermost = object;
    }
    return outermost;
  }

  void visit(std::string const& at, json const& value) {
    if (!at.empty()) replace_all(at, value);
    if (value.is_object()) {
      add_unknown_members(at);
      for (auto const& [name, member] : value.items()) {
        remove(at + "/" + name);
        visit(at + "/" + name, member);
      }
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        visit(at + "/" + std::to_string(i), value[i]);
      }
    }
  }

  void replace_all(std::string const& at, json const& value) {
    bool const free = is_free(at);
    replace(at, "null", Verdict::answered);
    for (auto const& [type, raw] : types) {
      if (!same_type(value, type)) replace(at, raw, free ? Verdict::answered : Verdict::named);
    }
    replace_each(at, wrong_anywhere);
    replace(at, "\"" + std::string(longer_than_any_text, 'x') + "\"", Verdict::named);
    if (free) {
      replace(at, R"("a\u0000b")", Verdict::named);
    } else if (value.is_string()) {
      replace_each(at, wrong_texts);
      auto const& text = value.get_ref<std::string const&>();
      if (parse_uuid(text)) replace_each(at, wrong_ids);
      if (parse_rfc3339(text)) replace_each(at, wrong_times);
    } else if (value.is_number()) {
      replace_each(at, wrong_numbers);
    } else if (value.is_array()) {
      replace(at, dump(json(longer_than_any_list, value.at(0))), Verdict::named);
    }
  }

  template <class Replacements>
  void replace_each(std::string const& at, Replacements const& replacements) {
    for (auto const& [raw, verdict] : replacements) replace(at, raw, verdict);
  }

  void replace(std::string const& at, std::string_view raw, Verdict verdict) {
    static std::string const mark = "the place of the replacement";
    json body = valid_;
    body[json::json_pointer(at)] = mark;
    auto text = dump(body);
    text.replace(text.find(mark) - 1, mark.size() + 2, raw);
    add(at, " = " + std::string(raw.substr(0, 60)), std::move(text), verdict, at);
  }

  void remove(std::string const& at) {
    json body = valid_;
    json::json_pointer const pointer(at);
    body[pointer.parent_pointer()].erase(pointer.back());
    add(at, " absent", dump(body), Verdict::answered, at);
  }

  void add_unknown_members(std::string const& at) {
    if (takes_any_member(at)) return;
    for (std::string const name : {"colour", "a/b~c", "__proto__", ""}) {
      json body = valid_;
      body[json::json_pointer(at)][name] = 1;
      auto const pointer = json::json_pointer(at) / name;
      add(at, " joined by " + name, dump(body), Verdict::named, pointer.to_string());
    }
    json body = valid_;
    body[json::json_pointer(at)][std::string(longer_than_any_text, 'n')] = 1;
    add(at, " joined by a long name", dump(body), Verdict::named, at);
  }

  void add(std::string const& at, std::string const& what, std::string body, Verdict verdict,
           std::string pointer) {
    found_.push_back({at + what, std::move(body), verdict, std::move(pointer), around(at)});
  }

  ApiRoute const& route_;
  json const valid_;
  std::vector<Mutation> found_;
};

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace

std::vector<Mutation> broken_texts(std::string const& body) {
  std::vector<Mutation> found;
  auto const malformed = [&](std::string name, std::string text) {
    found.push_back({std::move(name), std::move(text), Verdict::malformed});
  };
  auto const valid = dump(json::parse(body));
  malformed("cut before its last byte", valid.substr(0, valid.size() - 1));
  malformed("cut in the middle", valid.substr(0, valid.size() / 2));
  malformed("one brace", "{");
  malformed("blank", " ");
  malformed("garbage behind it", valid + "x");
  malformed("twice in a row", valid + valid);
  malformed("a comma behind its last member", valid.substr(0, valid.size() - 1) + ",}");
  malformed("a comment", "/* */" + valid);
  malformed("all members twice", valid.substr(0, valid.size() - 1) + "," + valid.substr(1));
  malformed("10,000 arrays deep", repeated("[", nesting) + repeated("]", nesting));
  malformed("10,000 objects deep", repeated("{\"a\":", nesting) + "1" + repeated("}", nesting));
  malformed("10,000 arrays open", "{\"a\":" + repeated("[", nesting));
  malformed("a bare NUL behind it", valid + '\0');
  malformed("a bare NUL before it", '\0' + valid);
  malformed("a bare NUL in it", valid.substr(0, 2) + '\0' + valid.substr(2));
  malformed("not UTF-8 behind it", valid + "\xff");
  malformed("a form", "subject=x&status=open");
  malformed("XML", "<note>x</note>");
  for (std::string const text : {"[]", "[{}]", "\"{}\"", "7", "null", "true"}) {
    found.push_back({"only " + text, text, Verdict::named, ""});
  }
  found.push_back({"a byte order mark before it", "\xef\xbb\xbf" + valid, Verdict::answered});
  return found;
}

std::vector<Mutation> broken_fields(ApiRoute const& route, std::string const& body) {
  return Breaker(route, body).run();
}

std::string with_past(ApiRoute const& route, std::string const& body) {
  auto value = json::parse(body);
  if (!route.past.empty()) {
    value[json::json_pointer(std::string(route.past))] = "2026-01-02T03:04:05Z";
  }
  return dump(value);
}

std::vector<std::string> broken_query_values() {
  return {"0",  "-1",         "1000000000", "99999999999999999999", "1.5",        "0x10", "abc",
          "",   "9999-99-99", "NaN",        "%F0%9F%A4%B7",         "'%20or%201", "*",    "null",
          "[]", "..%2F.."};
}

}  // namespace throughline::support
