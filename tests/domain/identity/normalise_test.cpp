// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "support/shared_data.hpp"
#include "throughline/domain/identity_values.hpp"

using namespace throughline::identity;
using throughline::test::read_tsv;

namespace {

Normalised outcome(std::string const& type, std::string const& value,
                   std::string const& region = "") {
  return normalise({type, value, region, ""}, "");
}

Identifier accepted(std::string const& type, std::string const& value,
                    std::string const& region = "") {
  auto const result = outcome(type, value, region);
  INFO(type << " " << value);
  if (auto const* fault = std::get_if<std::string>(&result)) FAIL("refused: " << *fault);
  return std::get<Identifier>(result);
}

std::string value_of(std::string const& type, std::string const& value,
                     std::string const& region = "") {
  return accepted(type, value, region).value;
}

bool is_refused(std::string const& type, std::string const& value) {
  return std::holds_alternative<std::string>(outcome(type, value));
}

std::string alias_key(std::string const& email) {
  auto const identifier = accepted("email", email);
  return identifier.alias.empty() ? identifier.value : identifier.alias;
}

std::vector<std::string> split(std::string const& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start < text.size();) {
    auto const end = std::min(text.find(separator, start), text.size());
    if (end > start) parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

}  // namespace

TEST_CASE("normalise: what is common to all types") {
  auto const identifier = std::get<Identifier>(
      normalise({"email", "\xE2\x80\xAA  Jane@Example.COM\xC2\xA0", "", "channel"}, "US"));
  CHECK(identifier.type == "email");
  CHECK(identifier.value == "jane@example.com");
  CHECK(identifier.raw == "Jane@Example.COM");
  CHECK(identifier.assurance == "channel");
  CHECK(identifier.region.empty());
  CHECK(identifier.exact);
  CHECK(accepted("account", "crm:1").assurance == "claimed");

  CHECK(is_refused("fax", "1"));
  CHECK(is_refused("", "1"));
  CHECK(std::holds_alternative<std::string>(normalise({"account", "crm:1", "", "sure"}, "")));
  for (auto const* type : {"email", "phone", "social", "account"}) {
    CHECK(is_refused(type, ""));
    CHECK(is_refused(type, " \xE2\x80\x8B\t"));
    CHECK(is_refused(type, std::string("a:b\0@c.d", 8)));
    CHECK(is_refused(type, "a:b\x01@c.d"));
    CHECK(is_refused(type, "a:b\xFF@c.d"));
    CHECK(is_refused(type, std::string(sent_bytes_max + 1, '1')));
  }
}

TEST_CASE("normalise: refusals never repeat the value") {
  for (auto const* type : {"email", "social", "account", "phone"}) {
    auto const result = outcome(type, "confidential content", "confidential");
    REQUIRE(std::holds_alternative<std::string>(result));
    CHECK(std::get<std::string>(result).find("confidential") == std::string::npos);
    CHECK(std::get<std::string>(result).starts_with("must "));
  }
}

// --- email -----------------------------------------------------------------------------------

TEST_CASE("normalise email: alias keys follow the providers' rules") {
  for (auto const& row : read_tsv("vectors/email_canon.tsv", 2)) {
    INFO(row[0]);
    CHECK(alias_key(row[0]) == row[1]);
  }
  CHECK(accepted("email", "test@gmail.com").alias.empty());
  CHECK(accepted("email", "a.b+c@example.com").alias.empty());
  CHECK(accepted("email", "+tag@gmail.com").alias.empty());
  CHECK(alias_key("\"a.b+c\"@gmail.com") == "ab@gmail.com");
  CHECK(accepted("email", "\"a..b+c\"@gmail.com").alias.empty());
  CHECK(alias_key("e.\xCC\x81@gmail.com") == "\xC3\xA9@gmail.com");
  CHECK(alias_key("x.+y@outlook.com") == "x.+y@outlook.com");
  CHECK(alias_key("x@notgmail.com") == "x@notgmail.com");
  CHECK(alias_key("x@a.notfastmail.com") == "x@a.notfastmail.com");
}

TEST_CASE("normalise email: syntax is judged as the vectors do") {
  for (auto const& row : read_tsv("vectors/email_syntax.tsv", 3)) {
    INFO(row[0] << " " << row[1]);
    CHECK(is_refused("email", row[0]) == (row[1] == "ERR" || row[1] == "TOOLONG"));
  }
}

TEST_CASE("normalise email: quotes stay only where they are needed") {
  CHECK(value_of("email", "\"test\"@iana.org") == "test@iana.org");
  CHECK(value_of("email", "\"unnecessarily.quoted.local.part\"@example.com") ==
        "unnecessarily.quoted.local.part@example.com");
  CHECK(value_of("email", "\"Quoted..Local.Part\"@example.com") ==
        "\"quoted..local.part\"@example.com");
  CHECK(value_of("email", R"("t\e\"s\\t"@example.com)") == R"("te\"s\\t"@example.com)");
  CHECK(value_of("email", R"("a@b"@example.com)") == R"("a@b"@example.com)");
  for (auto const* bad : {R"("a@example.com)", R"("a"b@example.com)", R"("a)", R"(")", R"("a\)",
                          R"("a\"@example.com)", R"(a"b"@example.com)", R"(""")"}) {
    CHECK(is_refused("email", bad));
  }
}

TEST_CASE("normalise email: one spelling for what Unicode writes in several ways") {
  CHECK(value_of("email", "jeff@臺網中心.tw") == "jeff@xn--fiqq24b10vi0d.tw");
  CHECK(value_of("email", "Юзер@Екзампл.ком") == "юзер@xn--80ajglhfv.xn--j1aef");
  CHECK(value_of("email", "n\xCC\x83o@example.tld") == value_of("email", "ñO@example.tld"));
  CHECK(value_of("email", "a@example\xE3\x80\x82jp") == "a@example.jp");
  CHECK(value_of("email", "a@straße.de") == "a@xn--strae-oqa.de");
  CHECK(value_of("email", "A@XN--STRAE-OQA.de") == "a@xn--strae-oqa.de");
  CHECK(is_refused("email", "a@xn--zzzzzz.de"));
  CHECK(is_refused("email", "a\xC2\xA0z@example.com"));
  CHECK(is_refused("email", "a\xE2\x80\x8Bz@example.com"));
}

TEST_CASE("normalise email: limits of RFC 5321") {
  std::string const label(63, 'd');
  std::string const domain = label + "." + label + "." + label;
  CHECK_FALSE(is_refused("email", std::string(62, 'a') + "@" + domain));
  CHECK_FALSE(is_refused("email", std::string(64, 'a') + "@" + domain.substr(2)));
  CHECK(is_refused("email", std::string(64, 'a') + "@" + domain));
  CHECK(is_refused("email", "a@" + label + "d.com"));
  CHECK(is_refused("email", std::string(65, 'a') + "@b.com"));
}

// --- phone -----------------------------------------------------------------------------------

TEST_CASE("normalise phone: one number is one value, two numbers never are") {
  for (auto const& row : read_tsv("vectors/phone_match.tsv", 3)) {
    INFO(row[0] << " / " << row[1] << " " << row[2]);
    auto const left = accepted("phone", row[0]);
    auto const right = accepted("phone", row[1]);
    CHECK((left.value == right.value) == (row[2] == "EXACT_MATCH"));
  }
}

TEST_CASE("normalise phone: E.164, an extension makes another phone, raw kept") {
  auto const phone = accepted("phone", " +64 3 331-6005 extn 1234 ");
  CHECK(phone.value == "+6433316005;ext=1234");
  CHECK(value_of("phone", phone.value) == phone.value);
  CHECK(phone.extension == "1234");
  CHECK(phone.raw == "+64 3 331-6005 extn 1234");
  CHECK(phone.region.empty());
  CHECK(phone.exact);
  CHECK(value_of("phone", "+39 02 3661 8300") == "+390236618300");
  CHECK(value_of("phone",
                 "\xE2\x80\xAA+64 3 331\xE2\x80\x91"
                 "6005\xE2\x80\xAC") == "+6433316005");
  CHECK(value_of("phone", "＋６４ ３ ３３１ ６００５") == "+6433316005");
  CHECK(value_of("phone", "tel:+64-3-331-6005;ext=1235") == "+6433316005;ext=1235");
  CHECK(value_of("phone", "+15551234567") == "+15551234567");
}

TEST_CASE("normalise phone: national format needs a region, the request's before the tenant's") {
  auto const read = [](std::string const& value, std::string const& sent,
                       std::string_view tenants) {
    return std::get<Identifier>(normalise({"phone", value, sent, ""}, tenants));
  };
  CHECK(read("03 331 6005", "NZ", "US").value == "+6433316005");
  CHECK(read("03 331 6005", "nz", "").region == "NZ");
  CHECK(read("(415) 555-2671", "", "US").value == "+14155552671");
  CHECK(read("011 64 3 331 6005", "US", "").value == "+6433316005");
  CHECK(read("+64 3 331 6005", "US", "").value == "+6433316005");
  CHECK(read("+64 3 331 6005", "US", "").region.empty());

  auto const unread = read("03 331  6005", "", "");
  CHECK(unread.value == "03 331 6005");
  CHECK_FALSE(unread.exact);
  CHECK_FALSE(read("03 331 6005", "", "XX").exact);
  for (auto const* region : {"XX", "USA", "U", "1", "ZZ", "001", "N Z"}) {
    CHECK(std::holds_alternative<std::string>(normalise({"phone", "1", region, ""}, "US")));
  }
}

TEST_CASE("normalise phone: what is no number is kept as text and never exact") {
  for (auto const* text : {"Dog", "anonymous", "+43", "4", "+", "+6433316005/6433316006"}) {
    auto const phone = accepted("phone", text);
    CHECK(phone.value == text);
    CHECK_FALSE(phone.exact);
  }
  CHECK_FALSE(accepted("phone", "911", "US").exact);
  CHECK_FALSE(accepted("phone", "+1123").exact);
}

// --- social ----------------------------------------------------------------------------------

TEST_CASE("normalise social: handles as the network allows them") {
  for (auto const& row : read_tsv("vectors/handles.tsv", 2)) {
    auto const mentions = split(row[1], ',');
    INFO(row[0]);
    for (auto const& mention : mentions) {
      CHECK(value_of("social", "twitter:@" + mention) == "twitter:" + mention);
    }
    // A token that is more than a mention is no handle as a whole.
    for (auto const& token : split(row[0], ' ')) {
      bool const is_mention =
          std::find(mentions.begin(), mentions.end(), token.substr(1)) != mentions.end();
      if (token.find('@') == std::string::npos || is_mention) continue;
      INFO(token);
      CHECK(is_refused("social", "twitter:" + token));
    }
  }
}

TEST_CASE("normalise social: folded, without @") {
  CHECK(value_of("social", "Twitter:@Jack") == "twitter:jack");
  CHECK(value_of("social", "x:jack") == "twitter:jack");
  CHECK(value_of("social", "instagram : ＠Ｊａｃｋ") == "instagram:jack");
  CHECK(value_of("social", "mastodon:@Jane@host.example") == "mastodon:jane@host.example");
  CHECK(value_of("social", "line:Straße") == "line:strasse");
  for (auto const* bad : {"@jack", "jack", "twitter:", "twitter:@", ":jack", "twitter:ja ck",
                          "tw itter:jack", "line:a/b", "-x:jack", "instagram:a-b"}) {
    CHECK(is_refused("social", bad));
  }
}

TEST_CASE("normalise social: profile URLs are understood") {
  for (auto const* url : {"https://twitter.com/jack", "http://www.twitter.com/Jack/",
                          "https://x.com/jack?s=20", "x.com/jack#top", "mobile.twitter.com/@jack",
                          "twitter:https://x.com/jack", "X:HTTPS://TWITTER.COM/JACK"}) {
    CHECK(value_of("social", url) == "twitter:jack");
  }
  CHECK(value_of("social", "https://de.linkedin.com/in/jane-doe-1a/") == "linkedin:jane-doe-1a");
  CHECK(value_of("social", "https://www.tiktok.com/@a.b") == "tiktok:a.b");
  CHECK(value_of("social", "https://www.reddit.com/u/some_one") == "reddit:some_one");
  CHECK(value_of("social", "https://www.reddit.com/user/some_one/") == "reddit:some_one");
  CHECK(value_of("social", "https://m.facebook.com/profile.php?id=100&ref=1") == "facebook:100");
  for (auto const* bad :
       {"https://example.com/jack", "https://twitter.com", "https://twitter.com/",
        "https://twitter.com/jack/status/1", "https://instagram.com/p/abc", "https://x.com/j%61ck",
        "instagram:https://x.com/jack", "https://nottwitter.com/jack", "https://tiktok.com/jack",
        "https://twitter.com.evil.example/jack", "https://user@twitter.com:443/jack"}) {
    CHECK(is_refused("social", bad));
  }
}

// --- account ---------------------------------------------------------------------------------

TEST_CASE("normalise account: upper case without spaces and dashes, zeros kept") {
  CHECK(value_of("account", "CRM:00-12 ab\xE2\x80\x93x") == "crm:0012ABX");
  CHECK(value_of("account", "crm:ＡＢ１２") == "crm:AB12");
  CHECK(value_of("account", "crm : 7") == "crm:7");
  CHECK(value_of("account", "crm:a:b") == "crm:A:B");
  CHECK(value_of("account", "crm:007") != value_of("account", "crm:7"));
  CHECK(value_of("account", "crm:stra\xC2\xADße") == "crm:STRASSE");
  for (auto const* bad : {"123", "crm:", "crm:-- -", ":1", "c rm:1", "crm/1:2"}) {
    CHECK(is_refused("account", bad));
  }
  CHECK(is_refused("account", "crm:" + std::string(value_bytes_max, '1')));
  CHECK(is_refused("account", std::string(65, 'a') + ":1"));
}

TEST_CASE("normalise: threads share nothing") {
  std::vector<std::jthread> running;
  std::vector<std::string> values(4);
  for (auto& value : values) {
    running.emplace_back([&value] {
      for (int i = 0; i < 200; ++i) {
        auto const result = normalise({"phone", "03 331 6005", "NZ", ""}, "");
        value = std::get<Identifier>(result).value;
      }
    });
  }
  running.clear();
  CHECK(values == std::vector<std::string>(4, "+6433316005"));
}
