#pragma once

#include <cstdint>

namespace icon {

// One axis of a resampling filter. Output o is the sum over j < taps of weight[first tap + j up] · input[source + j], where the
// first tap that meets a pixel and not an inserted zero, and that pixel, are those of `place(o)`.
struct FirAxis {
  const float* taps;  // correlated with the input
  int64_t count, up, down, before, in, out;

  struct Place {
    int64_t tap, source, length;
  };
  Place place(int64_t o) const {
    const int64_t at = o * down - before;            // of tap 0 among pixels and inserted zeros
    const int64_t tap = ((-at) % up + up) % up;      // the first that meets a pixel
    return {tap, (at + tap) / up, (count - tap + up - 1) / up};
  }

  // Pixels before the first and after the last that the taps reach.
  int64_t reach_before() const {
    const int64_t first = place(0).source;
    return first < 0 ? -first : 0;
  }
  int64_t reach_after() const {
    const Place last = place(out - 1);
    const int64_t end = last.source + last.length;
    return end > in ? end - in : 0;
  }
};

// Images are dense NHWC float32; a "row" is one pixel's channels unless said otherwise.
struct StyleKernels {
  // Lines [first, first + lines) of one image filtered along both axes. scratch: fir_scratch() floats.
  void (*fir)(const FirAxis& y, const FirAxis& x, int64_t channels, const float* image, int64_t first, int64_t lines, float* result,
              float* scratch);

  // y = a x, a [channels]
  void (*scale)(const float* x, int64_t rows, int64_t channels, const float* a, float* y);

  // sums[c] += sum over rows of a b
  void (*dot)(const float* a, const float* b, int64_t rows, int64_t channels, double* sums);

  // y = z > 0 ? high z : low z with z = a x + noise[row] + b; a, b and noise may be null.
  void (*activate)(const float* x, int64_t rows, int64_t channels, const float* a, const float* noise, const float* b, float high, float low,
                   float* y);

  // h = y > 0 ? high dy : low dy
  void (*slope)(const float* y, const float* dy, int64_t count, float high, float low, float* h);

  // With that h: dx = a h; sums[0..channels) += sum of h; sums[channels..) += sum of h x; noise[row] = sum over channels of h.
  // a and x, and noise, may be null.
  void (*activate_backward)(const float* x, const float* y, const float* dy, int64_t rows, int64_t channels, const float* a, float high,
                            float low, float* dx, double* sums, float* noise);
};

// One padded line of the input and one of the result, each with a vector's slack.
inline int64_t fir_scratch(const FirAxis& x, int64_t channels) {
  return (x.reach_before() + x.in + x.reach_after() + x.out) * channels + 64;
}

}  // namespace icon
