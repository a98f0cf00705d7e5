// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/packing.hpp"

#include "platform/cache/behaviour.hpp"

using namespace throughline;

TEST_CASE("what an entry says beside its body round-trips", "[cache]") {
  cache::Document made;
  made.version = 12;
  made.etag = "\"12:34\"";
  made.answers_for = {"a", "", "3:b:c", std::string(500, 'n')};
  auto const back = cache::unpack("12", cache::pack(made), "body");
  REQUIRE(back);
  CHECK(back->version == 12);
  CHECK(back->etag == made.etag);
  CHECK(back->body == "body");
  CHECK(back->answers_for == made.answers_for);
}

TEST_CASE("an entry that nobody packed is no document", "[cache]") {
  CHECK_FALSE(cache::unpack("", "1:e", ""));
  CHECK_FALSE(cache::unpack("12x", "1:e", ""));
  CHECK_FALSE(cache::unpack("12", "", ""));
  auto const packed = GENERATE(as<std::string>{}, "e", ":", "x:e", "2:e", "1:e7", "1:e1:", "-1:e",
                               "99999999999999999999:e");
  CAPTURE(packed);
  CHECK_FALSE(cache::unpack("12", packed, ""));
}
