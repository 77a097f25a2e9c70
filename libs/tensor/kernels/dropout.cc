#include <array>
#include <cstddef>

#include "kernels.h"

namespace thaw {
namespace {

inline uint32_t NextDraw(uint32_t x) {
  x ^= x << 13;
  x ^= x >> 17;
  return x ^ (x << 5);
}

// A draw is linear over GF(2): a matrix by its columns. Its powers of two jump anywhere in the stream.
using Jump = std::array<uint32_t, 32>;

uint32_t Apply(const Jump& jump, uint32_t x) {
  uint32_t result = 0;
  for (int bit = 0; bit < 32; bit++) result ^= (0u - (x >> bit & 1u)) & jump[bit];
  return result;
}

uint32_t Advance(uint32_t x, uint64_t draws) {
  static const auto kPowers = [] {
    std::array<Jump, 40> powers;
    for (int bit = 0; bit < 32; bit++) powers[0][bit] = NextDraw(1u << bit);
    for (std::size_t k = 1; k < powers.size(); k++) {
      for (int bit = 0; bit < 32; bit++) powers[k][bit] = Apply(powers[k - 1], powers[k - 1][bit]);
    }
    return powers;
  }();
  for (std::size_t k = 0; k < kPowers.size(); k++) {
    if (draws >> k & 1) x = Apply(kPowers[k], x);
  }
  return x;
}

}  // namespace

void DropoutFactors(int64_t begin, int64_t end, uint32_t state, uint32_t limit, float* out) {
  const float kept = static_cast<float>(65536. / (65536. - limit));
  // Stretches of the stream side by side, one a vector lane: a draw needs the one before it.
  constexpr int kLanes = 16, kDraws = 128;
  uint32_t x = Advance(state, begin / 2);
  int64_t at = begin;
  if (end - at >= 2 * kLanes * kDraws) {
    uint32_t lane[kLanes], draws[kDraws][kLanes];
    for (int l = 0; l < kLanes; l++) lane[l] = Advance(x, l * kDraws);
    for (; end - at >= 2 * kLanes * kDraws; at += 2 * kLanes * kDraws) {
      for (auto& row : draws) {
#pragma omp simd
        for (int l = 0; l < kLanes; l++) row[l] = lane[l] = NextDraw(lane[l]);
      }
      for (int l = 0; l < kLanes; l++) {
        float* to = out + at + 2 * l * kDraws;
#pragma omp simd
        for (int i = 0; i < kDraws; i++) {
          to[2 * i] = (draws[i][l] & 0xffff) >= limit ? kept : 0.f;
          to[2 * i + 1] = draws[i][l] >> 16 >= limit ? kept : 0.f;
        }
      }
      // Lane l stands where lane l + 1 began: on past the other lanes' stretches.
      for (auto& one : lane) one = Advance(one, (kLanes - 1) * kDraws);
    }
    x = lane[0];
  }
  for (; at < end; at += 2) {
    x = NextDraw(x);
    out[at] = (x & 0xffff) >= limit ? kept : 0.f;
    if (at + 1 < end) out[at + 1] = x >> 16 >= limit ? kept : 0.f;
  }
}

}  // namespace thaw
