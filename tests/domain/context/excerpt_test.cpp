// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/context/excerpt.hpp"

#include <catch2/catch.hpp>

namespace throughline::context {
namespace {

using Texts = std::vector<std::string>;
using Counts = std::map<std::string_view, std::size_t>;

Excerpt two_cases() {
  Excerpt excerpt;
  excerpt.add({Rank::problem, 0, "cases", "one;"});
  excerpt.add({Rank::note, 0, "notes", "a1;"});
  excerpt.add({Rank::note, 1, "notes", "a2;"});
  excerpt.add({Rank::problem, 1, "cases", "two;"});
  excerpt.add({Rank::note, 0, "notes", "b1;"});
  excerpt.add({Rank::note, 1, "notes", "b2;"});
  return excerpt;
}

TEST_CASE("excerpt: what fits stands in the order in which it was told", "[context]") {
  auto const all = two_cases().cut(20);
  CHECK(all.texts == Texts{"one;", "a1;", "a2;", "two;", "b1;", "b2;"});
  CHECK(all.left_out.empty());
}

TEST_CASE("excerpt: whole items, the most important first", "[context]") {
  auto const excerpt = two_cases();
  CHECK(excerpt.cut(19).texts == Texts{"one;", "a1;", "a2;", "two;", "b1;"});
  CHECK(excerpt.cut(14).texts == Texts{"one;", "a1;", "two;", "b1;"});
  CHECK(excerpt.cut(14).left_out == Counts{{"notes", 2}});
  CHECK(excerpt.cut(8).texts == Texts{"one;", "two;"});
  CHECK(excerpt.cut(0).texts.empty());
  CHECK(excerpt.cut(0).left_out == Counts{{"cases", 2}, {"notes", 4}});
}

TEST_CASE("excerpt: nothing is shown that matters less than what was left out", "[context]") {
  Excerpt excerpt;
  excerpt.add({Rank::warning, 0, "warnings", "a long warning"});
  excerpt.add({Rank::note, 0, "notes", "b"});
  CHECK(excerpt.cut(5).texts.empty());
}

TEST_CASE("excerpt: what the document had left out is counted with it", "[context]") {
  auto excerpt = two_cases();
  excerpt.add_left_out("notes", 7);
  excerpt.add_left_out("cases", 0);
  CHECK(excerpt.cut(20).left_out == Counts{{"notes", 7}});
  CHECK(excerpt.cut(14).left_out == Counts{{"notes", 9}});
}

}  // namespace
}  // namespace throughline::context
