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

/// "tl_" and 32 random bytes in base64url.
std::string make_key_text();

/// Thread-safe.
class KeyHasher {
 public:
  KeyHasher();
  /// nullopt for a text that no key can be.
  std::optional<KeyHash> operator()(std::string_view presented) const;

 private:
  // Fetched once: looking up the algorithm costs more than hashing a key.
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm_;
};

}  // namespace throughline::auth
