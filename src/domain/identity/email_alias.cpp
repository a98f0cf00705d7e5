// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "domain/identity/normalise.hpp"
#include "domain/identity/unicode.hpp"

namespace throughline::identity {
namespace {

/// How a provider hands several addresses to one mailbox.
struct Provider {
  std::string_view domain;
  std::string_view canonical_domain;
  char tag;  // what follows it in the local part is the user's own
  bool ignores_dots;
  bool users_have_domain;  // anything@user.domain reaches user@domain
};

// Providers document these rules for the domains below. Other domains of the same companies, and
// all others, keep dots and tags: there two such addresses may be two people.
constexpr std::array<Provider, 20> providers{{
    {"gmail.com", "gmail.com", '+', true, false},
    {"googlemail.com", "gmail.com", '+', true, false},
    {"outlook.com", "outlook.com", '+', false, false},
    {"hotmail.com", "hotmail.com", '+', false, false},
    {"hotmail.co.uk", "hotmail.co.uk", '+', false, false},
    {"hotmail.de", "hotmail.de", '+', false, false},
    {"hotmail.fr", "hotmail.fr", '+', false, false},
    {"hotmail.it", "hotmail.it", '+', false, false},
    {"hotmail.es", "hotmail.es", '+', false, false},
    {"live.com", "live.com", '+', false, false},
    {"msn.com", "msn.com", '+', false, false},
    {"fastmail.com", "fastmail.com", '+', false, true},
    {"fastmail.fm", "fastmail.fm", '+', false, true},
    {"yahoo.com", "yahoo.com", '-', false, false},
    {"yahoo.co.uk", "yahoo.co.uk", '-', false, false},
    {"yahoo.de", "yahoo.de", '-', false, false},
    {"yahoo.fr", "yahoo.fr", '-', false, false},
    {"yahoo.it", "yahoo.it", '-', false, false},
    {"yahoo.es", "yahoo.es", '-', false, false},
    {"ymail.com", "ymail.com", '-', false, false},
}};

/// "user" where the domain is "user.provider"; empty otherwise.
std::string_view user_in_domain(std::string_view domain, Provider const& provider) {
  if (!provider.users_have_domain || domain.size() <= provider.domain.size() + 1) return {};
  std::size_t const user_size = domain.size() - provider.domain.size() - 1;
  if (domain[user_size] != '.' || !domain.ends_with(provider.domain)) return {};
  std::string_view const user = domain.substr(0, user_size);
  return user.find('.') == std::string_view::npos ? user : std::string_view{};
}

}  // namespace

std::string email_alias(std::string_view local, std::string_view domain) {
  for (Provider const& provider : providers) {
    std::string_view const user = user_in_domain(domain, provider);
    if (user.empty() && domain != provider.domain) continue;

    std::string mailbox(user.empty() ? local.substr(0, local.find(provider.tag)) : user);
    if (provider.ignores_dots) {
      std::erase(mailbox, '.');
      mailbox = fold(mailbox);  // what a dot kept apart may compose
    }
    bool const unchanged = mailbox == local && domain == provider.canonical_domain;
    bool const is_mailbox = !mailbox.empty() && mailbox.back() != '.';
    if (!is_mailbox || unchanged) return {};
    return mailbox + "@" + std::string(provider.canonical_domain);
  }
  return {};
}

}  // namespace throughline::identity
