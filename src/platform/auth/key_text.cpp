// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/auth/key_text.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace throughline::auth {
namespace {

constexpr std::string_view prefix = "tl_";
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t bits_per_digit = 6;
constexpr std::size_t key_size =
    prefix.size() + (secret_bytes * 8 + bits_per_digit - 1) / bits_per_digit;
constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

std::string make_key_text() {
  std::array<std::uint8_t, secret_bytes> secret;
  if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1)
    throw std::runtime_error("no random bytes to make a key of");
  std::string text(prefix);
  std::uint32_t window = 0;
  std::size_t bits = 0;
  for (auto const byte : secret) {
    window = (window << 8) | byte;
    for (bits += 8; bits >= bits_per_digit; bits -= bits_per_digit)
      text += digits[(window >> (bits - bits_per_digit)) & 0x3f];
  }
  text += digits[(window << (bits_per_digit - bits)) & 0x3f];
  return text;
}

KeyHasher::KeyHasher() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free) {
  if (!algorithm_) throw std::runtime_error("OpenSSL has no SHA-256");
}

std::optional<KeyHash> KeyHasher::operator()(std::string_view presented) const {
  if (presented.size() != key_size || !presented.starts_with(prefix)) return std::nullopt;
  KeyHash hash;
  if (EVP_Digest(presented.data(), presented.size(), hash.data(), nullptr, algorithm_.get(),
                 nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  return hash;
}

}  // namespace throughline::auth
