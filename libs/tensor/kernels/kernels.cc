#include "kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>

// Loops are plain, and the compiler vectorises them: `omp simd` lets it reorder sums (-fopenmp-simd) without the rest
// of -ffast-math, under which a diverged training would not show as NaN.

namespace thaw {
namespace {

constexpr float kNormEpsilon = 1e-5f;
constexpr float kLengthEpsilon = 1e-12f;

// exp(-y) for y >= 0, relative error 2e-7, and 0 from 87 on: 2^n times a polynomial on [-ln 2 / 2, ln 2 / 2] (Cephes).
inline float ExpOfMinus(float y) {
  const float x = y > 87.f ? -87.f : -y;
  const float n = __builtin_rintf(x * 1.44269504f);
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return y > 87.f ? 0.f : p * scale;
}

// Phi(x), the normal distribution's function, to 2.5e-7, and bell = exp(-x^2/2). Of a tail only the small part is
// computed: erfc(a/sqrt 2) exp(a^2/2) / 2 as a polynomial in 1/(1 + 0.3a), relative error 1.5e-7 (Remez, a <= 14).
inline float NormalDistribution(float x, float& bell) {
  const float a = std::fabs(x);
  const float t = 1.f / (1.f + 0.3f * a);
  bell = ExpOfMinus(0.5f * x * x);
  float p = 3.567478804336854e-2f;
  p = p * t - 1.5720313133289432e-1f;
  p = p * t + 2.0635358730871398e-1f;
  p = p * t - 5.3683715273559800e-2f;
  p = p * t + 1.2856166196095115e-1f;
  p = p * t + 9.9913482162312020e-2f;
  p = p * t + 1.2075395749549539e-1f;
  p = p * t + 1.1962929874272311e-1f;
  const float tail = p * t * bell;
  return x < 0.f ? tail : 1.f - tail;
}

}  // namespace

const char* MissingInstructions() {
#ifdef __AVX512F__
  if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))) {
    return "AVX-512";
  }
#endif
#ifdef __AVX2__
  if (!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))) {
    return "AVX2";
  }
#endif
  return nullptr;
}

void BiasGelu(Range range, const float* z, const float* bias, float* out) {
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* in = z + row * n;
    float* to = out + row * n;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
      float bell;
      const float x = in[i] + bias[i];
      to[i] = x * NormalDistribution(x, bell);
    }
  }
}

void BiasGeluGradient(Range range, const float* gradient, const float* z, const float* bias, float* out,
                      float* sums) {
  constexpr float kBellScale = 0.3989422804f;  // 1 / sqrt(2 pi)
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* in = z + row * n;
    const float* by = gradient + row * n;
    float* to = out + row * n;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
      float bell;
      const float x = in[i] + bias[i];
      const float phi = NormalDistribution(x, bell);
      const float slope = by[i] * (phi + x * bell * kBellScale);
      to[i] = slope;
      sums[i] += slope;
    }
  }
}

void StandardRows(Range range, const float* x, float* out, float* inverse) {
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* in = x + row * n;
    float* to = out + row * n;
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++) sum += in[i];
    const float mean = sum / n;
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (int64_t i = 0; i < n; i++) squares += (in[i] - mean) * (in[i] - mean);
    const float scale = 1.f / std::sqrt(squares / n + kNormEpsilon);
    inverse[row] = scale;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = (in[i] - mean) * scale;
  }
}

void StandardRowsGradient(Range range, const float* gradient, const float* output, const float* inverse,
                          const float* added, float* out) {
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* by = gradient + row * n;
    const float* y = output + row * n;
    const float* plus = added + row * n;
    float* to = out + row * n;
    float sum = 0, along = 0;
#pragma omp simd reduction(+ : sum, along)
    for (int64_t i = 0; i < n; i++) {
      sum += by[i];
      along += by[i] * y[i];
    }
    const float mean = sum / n, slope = along / n, scale = inverse[row];
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = plus[i] + (by[i] - mean - y[i] * slope) * scale;
  }
}

void UnitRows(Range range, const float* x, float* out, float* inverse) {
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* in = x + row * n;
    float* to = out + row * n;
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (int64_t i = 0; i < n; i++) squares += in[i] * in[i];
    const float scale = 1.f / std::max(std::sqrt(squares), kLengthEpsilon);
    inverse[row] = scale;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = in[i] * scale;
  }
}

void UnitRowsGradient(Range range, const float* gradient, const float* output, const float* inverse, float* out) {
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* by = gradient + row * n;
    const float* y = output + row * n;
    float* to = out + row * n;
    float along = 0;
#pragma omp simd reduction(+ : along)
    for (int64_t i = 0; i < n; i++) along += by[i] * y[i];
    const float scale = inverse[row];
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = (by[i] - y[i] * along) * scale;
  }
}

namespace {

template <bool kDrops>
void SkipOf(Range range, float beta, const float* x, const float* y, const float* bias, const float* factors,
            float* out, float* inverse) {
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* in = y + row * n;
    const float* base = x + row * n;
    const float* keep = kDrops ? factors + row * n : nullptr;
    float* to = out + row * n;
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (int64_t i = 0; i < n; i++) {
      const float kept = kDrops ? (in[i] + bias[i]) * keep[i] : in[i] + bias[i];
      to[i] = kept;
      squares += kept * kept;
    }
    const float scale = 1.f / std::max(std::sqrt(squares), kLengthEpsilon);
    inverse[row] = scale;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = base[i] + to[i] * scale * beta;
  }
}

template <bool kDrops>
void SkipGradientOf(Range range, float beta, const float* gradient, const float* y, const float* bias,
                    const float* factors, const float* inverse, float* out, float* sums) {
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* in = y + row * n;
    const float* by = gradient + row * n;
    const float* keep = kDrops ? factors + row * n : nullptr;
    float* to = out + row * n;
    const float scale = inverse[row];
    float along = 0;
#pragma omp simd reduction(+ : along)
    for (int64_t i = 0; i < n; i++) {
      const float kept = kDrops ? (in[i] + bias[i]) * keep[i] : in[i] + bias[i];
      const float unit = kept * scale;
      to[i] = unit;
      along += by[i] * unit;
    }
    const float step = beta * scale;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
      const float by_kept = (by[i] - to[i] * along) * step;
      const float by_y = kDrops ? by_kept * keep[i] : by_kept;
      to[i] = by_y;
      sums[i] += by_y;
    }
  }
}

}  // namespace

void Skip(Range range, float beta, const float* x, const float* y, const float* bias, const float* factors,
          float* out, float* inverse) {
  (factors ? SkipOf<true> : SkipOf<false>)(range, beta, x, y, bias, factors, out, inverse);
}

void SkipGradient(Range range, float beta, const float* gradient, const float* y, const float* bias,
                  const float* factors, const float* inverse, float* out, float* sums) {
  (factors ? SkipGradientOf<true> : SkipGradientOf<false>)(range, beta, gradient, y, bias, factors, inverse, out,
                                                           sums);
}

void Fold(Range range, const float* gain, const float* shift, const float* weight, float* out, float* sums) {
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* in = weight + row * n;
    float* to = out + row * n;
    const float scale = gain[row], plus = shift[row];
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
      to[i] = in[i] * scale;
      sums[i] += in[i] * plus;
    }
  }
}

void Unfold(Range range, const float* gain, const float* shift, const float* weight, const float* by_folded,
            const float* by_bias, float* by_gain, float* by_shift, float* by_weight) {
  const int64_t n = range.columns;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* in = weight + row * n;
    const float* by = by_folded + row * n;
    float* to = by_weight + row * n;
    const float scale = gain[row], plus = shift[row];
    float gains = 0, shifts = 0;
#pragma omp simd reduction(+ : gains, shifts)
    for (int64_t i = 0; i < n; i++) {
      gains += in[i] * by[i];
      shifts += in[i] * by_bias[i];
      to[i] = by[i] * scale + by_bias[i] * plus;
    }
    by_gain[row] = gains;
    by_shift[row] = shifts;
  }
}

void Contrastive(Range range, int64_t rows, float temperature, const float* dots, Excluded excluded, float* losses,
                 float* slopes) {
  constexpr float kNever = -1e9f;
  const int64_t n = range.columns;
  const float heat = 1.f / temperature, scale = heat / rows;
  for (int64_t row = range.begin; row < range.end; row++) {
    const float* in = dots + row * n;
    float* to = slopes + row * n;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = in[i] * heat;
    const float truth = to[row];
    for (int32_t k = excluded.starts[row]; k < excluded.starts[row + 1]; k++) to[excluded.columns[k]] = kNever;
    float most = kNever;
#pragma omp simd reduction(max : most)
    for (int64_t i = 0; i < n; i++) most = to[i] > most ? to[i] : most;
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++) {
      to[i] = ExpOfMinus(most - to[i]);
      sum += to[i];
    }
    losses[row] = most + std::log(sum) - truth;
    const float share = scale / sum;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] *= share;
    to[row] -= scale;
  }
}

void AdamWStep(int64_t begin, int64_t end, AdamW step, const float* gradient, const float* parameter,
               const float* first, const float* second, float* parameter_out, float* first_out, float* second_out) {
#pragma omp simd
  for (int64_t i = begin; i < end; i++) {
    const float m = first[i] * 0.9f + gradient[i];
    const float v = second[i] * 0.999f + gradient[i] * gradient[i];
    first_out[i] = m;
    second_out[i] = v;
    parameter_out[i] = parameter[i] * step.decay - m / (std::sqrt(v) + step.epsilon) * step.stride;
  }
}

}  // namespace thaw
