// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/normalise.hpp"
#include "domain/identity/unicode.hpp"

namespace throughline::identity {
namespace {

constexpr auto not_an_account =
    "must be system:number, the system a word of letters, digits, dots, dashes and underscores";
constexpr auto bad_number = "must have a number behind the system, of visible characters";

}  // namespace

Normalised normalise_account(std::string_view text) {
  auto const colon = text.find(':');
  if (colon == std::string_view::npos) return not_an_account;
  std::string const system = fold_compatible(trim(text.substr(0, colon)));
  if (!is_namespace(system)) return not_an_account;

  // Separators go before the case does: what they kept apart may compose.
  std::string const number = upper_compatible(without_separators(nfkc(text.substr(colon + 1))));
  if (number.empty() || !is_visible(number)) return bad_number;

  Identifier account;
  account.value = system + ":" + number;
  return account;
}

}  // namespace throughline::identity
