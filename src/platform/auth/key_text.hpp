// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a key looks like, and the hash that stands for it everywhere but in its owner's hands.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace throughline::auth {

using KeyHash = std::array<std::uint8_t, 32>;  // SHA-256

inline constexpr std::string_view key_prefix = "tl_";

/// "tl_" and 32 random bytes in base64url.
std::string make_key_text();

/// Thread-safe.
class KeyHasher {
 public:
  explicit KeyHasher(std::string_view prefix = key_prefix);
  /// nullopt for a text that no key can be.
  std::optional<KeyHash> operator()(std::string_view presented) const;

 private:
  std::string_view const prefix_;  // outlives this
  // Fetched once: looking up the algorithm costs more than hashing a key.
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm_;
};

}  // namespace throughline::auth
