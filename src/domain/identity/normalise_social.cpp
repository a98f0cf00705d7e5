// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "domain/identity/normalise.hpp"
#include "domain/identity/unicode.hpp"

namespace throughline::identity {
namespace {

constexpr std::size_t handle_bytes_max = 256;

constexpr auto not_a_handle =
    "must be network:handle or the URL of a profile on a well-known network; where the network is "
    "another, send network:handle";
constexpr auto bad_handle =
    "must have a handle that its network allows, of at most 256 bytes, without white space and "
    "slashes";
constexpr auto other_network = "must be a profile of the network it names";

/// How a network writes its profiles. One network may have several rows.
struct Network {
  std::string_view name;
  std::string_view host;
  std::string_view path;   // what stands before the handle
  std::string_view marks;  // allowed beside ASCII letters and digits; empty: anything is
};

constexpr std::array<Network, 16> networks{{
    {"twitter", "twitter.com", "", "_"},
    {"twitter", "x.com", "", "_"},
    {"instagram", "instagram.com", "", "._"},
    {"facebook", "facebook.com", "", ""},
    {"facebook", "fb.com", "", ""},
    {"linkedin", "linkedin.com", "in/", ""},
    {"tiktok", "tiktok.com", "@", "._"},
    {"threads", "threads.net", "@", "._"},
    {"threads", "threads.com", "@", "._"},
    {"youtube", "youtube.com", "@", ""},
    {"telegram", "t.me", "", "_"},
    {"reddit", "reddit.com", "user/", "_-"},
    {"reddit", "reddit.com", "u/", "_-"},
    {"snapchat", "snapchat.com", "add/", "._-"},
    {"bluesky", "bsky.app", "profile/", ".-"},
    {"github", "github.com", "", "-"},
}};

/// X is the later name of the network that wrote its handles as twitter's.
std::string_view canonical_network(std::string_view name) {
  return name == "x" ? std::string_view("twitter") : name;
}

bool is_allowed(std::string_view network, std::string_view handle) {
  if (handle.empty() || handle.size() > handle_bytes_max || !is_visible(handle)) return false;
  if (handle.find('/') != std::string_view::npos) return false;
  auto const* const rule = std::find_if(networks.begin(), networks.end(),
                                        [network](auto const& row) { return row.name == network; });
  if (rule == networks.end() || rule->marks.empty()) return true;
  return std::all_of(handle.begin(), handle.end(), [rule](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           rule->marks.find(c) != std::string_view::npos;
  });
}

std::string_view without_at(std::string_view handle) {
  handle.remove_prefix(std::min(handle.find_first_not_of('@'), handle.size()));
  return handle;
}

struct Profile {
  std::string_view network;
  std::string_view handle;
};

bool is_host_of(std::string_view host, Network const& row) {
  if (host == row.host) return true;
  return host.ends_with(row.host) && host[host.size() - row.host.size() - 1] == '.';
}

std::optional<Profile> read_profile(std::string_view host, std::string_view path,
                                    std::string_view query) {
  for (Network const& row : networks) {
    if (!is_host_of(host, row)) continue;
    // The one network that hands out profiles without a name.
    constexpr std::string_view by_number = "id=";
    if (row.name == "facebook" && path == "profile.php" && query.starts_with(by_number)) {
      query.remove_prefix(by_number.size());
      return Profile{row.name, query.substr(0, query.find('&'))};
    }
    if (path.starts_with(row.path)) return Profile{row.name, path.substr(row.path.size())};
  }
  return std::nullopt;
}

/// Reads "https://www.network.com/handle/?tracking", with or without the scheme.
std::optional<Profile> parse_url(std::string_view url) {
  for (std::string_view const scheme : {"https://", "http://"}) {
    if (url.starts_with(scheme)) url.remove_prefix(scheme.size());
  }
  url = url.substr(0, url.find('#'));
  auto const mark = url.find('?');
  std::string_view const query =
      mark == std::string_view::npos ? std::string_view{} : url.substr(mark + 1);
  url = url.substr(0, mark);
  auto const slash = url.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view path = url.substr(slash + 1);
  if (path.ends_with('/')) path.remove_suffix(1);
  // Escapes would have to be decoded to mean the same as the handle itself.
  if (path.find('%') != std::string_view::npos) return std::nullopt;
  return read_profile(url.substr(0, slash), path, query);
}

bool looks_like_url(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

}  // namespace

Normalised normalise_social(std::string_view text) {
  std::string const folded = fold_compatible(text);
  std::string_view rest = folded;
  std::string_view named;
  auto const colon = rest.find(':');
  if (colon != std::string_view::npos && !looks_like_url(rest)) {
    named = canonical_network(trim(rest.substr(0, colon)));
    rest = trim(rest.substr(colon + 1));
    if (!is_namespace(named)) return not_a_handle;
  }

  Profile profile{named, rest};
  if (named.empty() || looks_like_url(rest)) {
    auto const linked = parse_url(rest);
    if (!linked) return not_a_handle;
    if (!named.empty() && linked->network != named) return other_network;
    profile = *linked;
  }
  profile.handle = without_at(profile.handle);
  if (!is_allowed(profile.network, profile.handle)) return bad_handle;

  Identifier social;
  social.value = std::string(profile.network) + ":" + std::string(profile.handle);
  return social;
}

}  // namespace throughline::identity
