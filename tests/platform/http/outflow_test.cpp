// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/outflow.hpp"

#include <catch2/catch.hpp>

namespace throughline::http {
namespace {

Piece piece(std::string text) {
  return std::make_shared<std::string const>(std::move(text));
}

std::string taken(Outflow& flow, std::size_t most = 10) {
  std::vector<Piece> pieces;
  flow.take(pieces, most);
  std::string text;
  for (auto const& one : pieces) text += *one;
  return text;
}

}  // namespace

TEST_CASE("outflow: who takes is woken once for all that waits") {
  Outflow flow({8, 100});
  CHECK(flow.put(piece("a")) == Outflow::Put::first);
  CHECK(flow.put(piece("b")) == Outflow::Put::taken);
  CHECK(taken(flow) == "ab");
  CHECK(flow.put(piece("c")) == Outflow::Put::first);
}

TEST_CASE("outflow: it holds so many pieces and so many bytes") {
  Outflow flow({3, 10});
  CHECK(flow.put(piece("12345")) == Outflow::Put::first);
  CHECK(flow.put(piece("123456")) == Outflow::Put::full);
  CHECK(flow.put(piece("12345")) == Outflow::Put::taken);
  CHECK(taken(flow, 1) == "12345");
  CHECK(flow.put(piece("1")) == Outflow::Put::first);
  CHECK(flow.put(piece("2")) == Outflow::Put::taken);
  CHECK(flow.put(piece("3")) == Outflow::Put::full);
  CHECK(taken(flow) == "1234512");
  CHECK(flow.put(piece("1234567890")) == Outflow::Put::first);
}

TEST_CASE("outflow: the end drops what waits but the last words") {
  Outflow flow({8, 100});
  flow.put(piece("a"));
  flow.end(piece("bye"));
  flow.end(piece("again"));
  CHECK(flow.put(piece("b")) == Outflow::Put::taken);
  CHECK_FALSE(flow.over());
  CHECK(taken(flow) == "bye");
  CHECK(flow.over());
}

}  // namespace throughline::http
