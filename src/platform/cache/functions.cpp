// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/functions.hpp"

#include <openssl/sha.h>

#include <array>
#include <string_view>

#include "throughline/base/broken.hpp"

namespace throughline::cache {

namespace {

// An entry is one hash: d document, v its version, i what it answers for, m version floor, k fill
// token. One key, so that eviction and expiry take everything at once: a late fill finds no token.
//
// Without a document an entry lives as long as a lease: its floor and token are of use to no one
// when no fill can be under way. A lease therefore ends by the entry's expiry.
//
// ctx_get KEYS f, c1…cn ARGV token (empty: only look), lease ms, version held 1…n (empty: none)
//   answers the fence, read before any entry ('' without one), then per key: the version alone, if
//   that is the one held · {version, i, d} · 1, the lease is yours under the token · 0, another has
//   it
// ctx_fill KEYS c ARGV token, version, i, d, time to live ms → 1 kept · 0 refused
// ctx_invalidate KEYS c1…cn ARGV lease ms, version 1…n → n
// ctx_grant KEYS f ARGV value, seconds and microseconds of the TIME at which the cycle began, ms
//   that it may have taken, time to live ms → 1 granted · 0 too late
constexpr std::string_view body = R"lua(
local function ctx_get(keys, args)
  local token, lease_ms = args[1], args[2]
  local answers = {redis.call('GET', keys[1]) or ''}
  for n = 2, #keys do
    local key = keys[n]
    local entry = redis.call('HMGET', key, 'v', 'k')
    if entry[1] and entry[1] == args[n + 1] then
      answers[n] = entry[1]
    elseif entry[1] then
      local rest = redis.call('HMGET', key, 'i', 'd')
      answers[n] = {entry[1], rest[1], rest[2]}
    elseif entry[2] or token == '' then
      answers[n] = 0
    else
      redis.call('HSET', key, 'k', token)
      redis.call('PEXPIRE', key, lease_ms)
      answers[n] = 1
    end
  end
  return answers
end

local function ctx_fill(keys, args)
  local key, token, version = keys[1], args[1], args[2]
  local entry = redis.call('HMGET', key, 'k', 'm')
  if entry[1] ~= token then return 0 end
  redis.call('HDEL', key, 'k')
  if entry[2] and tonumber(version) < tonumber(entry[2]) then return 0 end
  redis.call('HSET', key, 'v', version, 'i', args[3], 'd', args[4])
  redis.call('PEXPIRE', key, args[5])
  return 1
end

local function ctx_invalidate(keys, args)
  local lease_ms = args[1]
  for n, key in ipairs(keys) do
    local version = tonumber(args[n + 1])
    local entry = redis.call('HMGET', key, 'v', 'm')
    redis.call('HDEL', key, 'k')
    if not entry[2] or tonumber(entry[2]) < version then
      redis.call('HSET', key, 'm', args[n + 1])
    end
    if not entry[1] or tonumber(entry[1]) < version then
      redis.call('HDEL', key, 'd', 'v', 'i')
      redis.call('PEXPIRE', key, lease_ms)
    end
  end
  return #keys
end

local function ctx_grant(keys, args)
  local now = redis.call('TIME')
  local age_ms = (now[1] - args[2]) * 1000 + (now[2] - args[3]) / 1000
  if age_ms < 0 or age_ms > tonumber(args[4]) then return 0 end
  redis.call('SET', keys[1], args[1], 'PX', args[5])
  return 1
end
)lua";

std::string hash_of(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data());
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::size_t bytes = 8;
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i) {
    out += hex[digest[i] >> 4];
    out += hex[digest[i] & 0xF];
  }
  return out;
}

/// What a full Redis would refuse is allowed: hearing of a change is what keeps it right.
std::string registration(std::string const& name, std::string const& callback, bool when_full) {
  return "redis.register_function{function_name='" + name + "', callback=" + callback +
         ", flags={" + (when_full ? "'allow-oom'" : "") + "}}\n";
}

/// Broken on purpose: every fill is kept.
std::string without_guards() {
  std::string text(body);
  for (std::string const line :
       {"if entry[1] ~= token then return 0 end",
        "if entry[2] and tonumber(version) < tonumber(entry[2]) then return 0 end"}) {
    text.erase(text.find(line), line.size());
  }
  return text;
}

}  // namespace

Functions make_functions() {
  std::string const text = is_broken("fill") ? without_guards() : std::string(body);
  std::string const hash = hash_of(text);
  Functions functions;
  functions.get = "ctx_get_" + hash;
  functions.fill = "ctx_fill_" + hash;
  functions.invalidate = "ctx_invalidate_" + hash;
  functions.grant = "ctx_grant_" + hash;
  functions.library = "#!lua name=throughline_" + hash + "\n" + text +
                      registration(functions.get, "ctx_get", true) +
                      registration(functions.fill, "ctx_fill", false) +
                      registration(functions.invalidate, "ctx_invalidate", true) +
                      registration(functions.grant, "ctx_grant", true);
  return functions;
}

}  // namespace throughline::cache
