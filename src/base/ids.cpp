// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/ids.hpp"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

namespace throughline {
namespace {

constexpr std::size_t text_size = 36;
constexpr char hex_digits[] = "0123456789abcdef";

bool is_hyphen_place(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The kernel's own random bytes, fetched a few hundred ids at a time: a system call for each id
/// would cost ten times the id.
class RandomBytes {
 public:
  void take(std::uint8_t* to, std::size_t count) {
    if (bytes_.size() - used_ < count) refill();
    std::memcpy(to, bytes_.data() + used_, count);
    used_ += count;
  }

 private:
  void refill() {
    std::size_t filled = 0;
    while (filled < bytes_.size()) {
      auto const got = getrandom(bytes_.data() + filled, bytes_.size() - filled, 0);
      if (got > 0) {
        filled += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        throw std::system_error(errno, std::generic_category(), "getrandom");
      }
    }
    used_ = 0;
  }
  std::array<std::uint8_t, 2048> bytes_{};
  std::size_t used_ = bytes_.size();
};

std::uint64_t load(std::uint8_t const* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != text_size) return std::nullopt;
  Uuid uuid;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text_size; ++i) {
    if (is_hyphen_place(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    int const value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    auto& byte = uuid.bytes[nibble++ / 2];
    byte = static_cast<std::uint8_t>((byte << 4) | value);
  }
  return uuid;
}

std::string to_string(Uuid const& uuid) {
  std::string text(text_size, '-');
  std::size_t at = 0;
  for (std::uint8_t const byte : uuid.bytes) {
    if (is_hyphen_place(at)) ++at;
    text[at++] = hex_digits[byte >> 4];
    text[at++] = hex_digits[byte & 0x0F];
  }
  return text;
}

Uuid make_uuid7(Timestamp at) {
  thread_local RandomBytes random;
  auto const micros =
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, at.time_since_epoch().count()));
  std::uint64_t const millis = micros / 1000;
  std::uint64_t const fraction = micros % 1000 * 4096 / 1000;

  Uuid uuid;
  auto& bytes = uuid.bytes;
  for (std::size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  }
  bytes[6] = static_cast<std::uint8_t>(0x70 | fraction >> 8);
  bytes[7] = static_cast<std::uint8_t>(fraction);
  random.take(bytes.data() + 8, 8);
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3F));
  return uuid;
}

}  // namespace throughline

std::size_t std::hash<throughline::Uuid>::operator()(throughline::Uuid const& uuid) const noexcept {
  // Neighbours in time share their first half, so both halves are spread before they meet.
  std::uint64_t mixed = throughline::load(uuid.bytes.data()) * 0x9E3779B97F4A7C15ULL;
  mixed ^= throughline::load(uuid.bytes.data() + 8);
  mixed *= 0xBF58476D1CE4E5B9ULL;
  return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}
