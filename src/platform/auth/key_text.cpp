// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/auth/key_text.hpp"

#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

#include "throughline/platform/auth.hpp"

namespace throughline::auth {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t bits_per_digit = 6;
constexpr std::size_t secret_digits = (secret_bytes * 8 + bits_per_digit - 1) / bits_per_digit;
constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64url(std::array<std::uint8_t, secret_bytes> const& secret) {
  std::string text;
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

}  // namespace

std::string derive_secret(std::string_view prefix, std::string_view key, std::string_view salt) {
  std::array<std::uint8_t, secret_bytes> secret;
  auto const* const text = reinterpret_cast<unsigned char const*>(salt.data());
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text, salt.size(),
           secret.data(), &size) == nullptr) {
    throw std::runtime_error("HMAC-SHA256 failed");
  }
  return std::string(prefix) + base64url(secret);
}

std::optional<KeyHash> hash_of_secret(std::string_view prefix, std::string_view presented) {
  return KeyHasher(prefix)(presented);
}

std::string make_key_text() {
  std::array<std::uint8_t, secret_bytes> secret;
  if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1)
    throw std::runtime_error("no random bytes to make a key of");
  return std::string(key_prefix) + base64url(secret);
}

KeyHasher::KeyHasher(std::string_view prefix)
    : prefix_(prefix), algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free) {
  if (!algorithm_) throw std::runtime_error("OpenSSL has no SHA-256");
}

std::optional<KeyHash> KeyHasher::operator()(std::string_view presented) const {
  if (presented.size() != prefix_.size() + secret_digits || !presented.starts_with(prefix_)) {
    return std::nullopt;
  }
  KeyHash hash;
  if (EVP_Digest(presented.data(), presented.size(), hash.data(), nullptr, algorithm_.get(),
                 nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  return hash;
}

}  // namespace throughline::auth
