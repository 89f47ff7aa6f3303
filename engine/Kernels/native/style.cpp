#include <vector>

#include "icon_kernels.h"
#include "simd_dispatch.h"
#include "style_isa.h"
#include "threads.h"

ICON_DISPATCH(StyleKernels, style_kernels)

using namespace icon;

namespace {

// [samples, blocks, stride] in double: the sums of each sample's blocks, in their order, of `width` of them from `offset` on.
void sum_blocks(const std::vector<double>& sums, int64_t samples, int64_t width, int64_t stride, int64_t offset, float* out) {
  const int64_t blocks = static_cast<int64_t>(sums.size()) / stride / samples;
  for (int64_t n = 0; n < samples; ++n)
    for (int64_t c = 0; c < width; ++c) {
      double sum = 0;
      for (int64_t b = 0; b < blocks; ++b) sum += sums[(n * blocks + b) * stride + offset + c];
      out[n * width + c] = static_cast<float>(sum);
    }
}

}  // namespace

int32_t icon_fir(const IconFir* s, const float* taps, int32_t flip, double gain, const float* x, float* y, int32_t threads) {
  return guarded([&] {
    std::vector<float> across(s->taps), along(s->taps);
    for (int64_t i = 0; i < s->taps; ++i) {
      across[i] = taps[flip ? i : s->taps - 1 - i];
      along[i] = static_cast<float>(across[i] * gain);
    }
    const FirAxis vertical{along.data(), s->taps, s->up, s->down, s->top, s->in_height, s->out_height};
    const FirAxis horizontal{across.data(), s->taps, s->up, s->down, s->left, s->in_width, s->out_width};
    const int64_t image = s->in_height * s->in_width * s->channels;
    parallel_for(threads, 0, s->samples * s->out_height, 8, [&](int64_t begin, int64_t end) {
      std::vector<float> scratch(fir_scratch(horizontal, s->channels));
      while (begin < end) {  // whole lines, of one image at a time
        const int64_t sample = begin / s->out_height, first = begin % s->out_height, lines = std::min(end - begin, s->out_height - first);
        style_kernels().fir(vertical, horizontal, s->channels, x + sample * image, first, lines, y + begin * s->out_width * s->channels,
                            scratch.data());
        begin += lines;
      }
    });
  });
}

int32_t icon_modulate(const IconImages* s, const float* x, const float* styles, float* y, int32_t threads) {
  return guarded([&] {
    const int64_t c = s->channels;
    for_blocks(threads, s->samples, s->rows, [&](int64_t n, int64_t first, int64_t count, int64_t) {
      const int64_t at = (n * s->rows + first) * c;
      style_kernels().scale(x + at, count, c, styles + n * c, y + at);
    });
  });
}

int32_t icon_channel_dot(const IconImages* s, const float* a, const float* b, float* sums, int32_t threads) {
  return guarded([&] {
    const int64_t c = s->channels;
    std::vector<double> blocks(s->samples * blocks_of(s->rows) * c);
    for_blocks(threads, s->samples, s->rows, [&](int64_t n, int64_t first, int64_t count, int64_t block) {
      const int64_t at = (n * s->rows + first) * c;
      style_kernels().dot(a + at, b + at, count, c, &blocks[block * c]);
    });
    sum_blocks(blocks, s->samples, c, c, 0, sums);
  });
}

int32_t icon_scaled_lrelu(const IconImages* s, const float* x, const float* scale, const float* noise, int64_t noise_samples,
                          const float* bias, double high, double low, float* y, int32_t threads) {
  return guarded([&] {
    const int64_t c = s->channels, noise_step = noise_samples > 1 ? s->rows : 0;
    for_blocks(threads, s->samples, s->rows, [&](int64_t n, int64_t first, int64_t count, int64_t) {
      const int64_t at = (n * s->rows + first) * c;
      style_kernels().activate(x + at, count, c, scale ? scale + n * c : nullptr, noise ? noise + n * noise_step + first : nullptr, bias,
                               static_cast<float>(high), static_cast<float>(low), y + at);
    });
  });
}

int32_t icon_slope(int64_t count, const float* y, const float* dy, double high, double low, float* h, int32_t threads) {
  return guarded([&] {
    parallel_for(threads, 0, count, 1 << 14, [&](int64_t begin, int64_t end) {
      style_kernels().slope(y + begin, dy + begin, end - begin, static_cast<float>(high), static_cast<float>(low), h + begin);
    });
  });
}

int32_t icon_scaled_lrelu_gradient(const IconImages* s, const float* x, const float* y, const float* dy, const float* scale, double high,
                                   double low, float* dx, float* dscale, float* dbias, float* dnoise, int32_t threads) {
  return guarded([&] {
    const int64_t c = s->channels;
    std::vector<double> sums(s->samples * blocks_of(s->rows) * 2 * c);
    for_blocks(threads, s->samples, s->rows, [&](int64_t n, int64_t first, int64_t count, int64_t block) {
      const int64_t at = (n * s->rows + first) * c;
      style_kernels().activate_backward(x ? x + at : nullptr, y + at, dy + at, count, c, scale ? scale + n * c : nullptr,
                                        static_cast<float>(high), static_cast<float>(low), dx + at, &sums[block * 2 * c],
                                        dnoise ? dnoise + n * s->rows + first : nullptr);
    });
    if (dbias) sum_blocks(sums, s->samples, c, 2 * c, 0, dbias);
    if (dscale) sum_blocks(sums, s->samples, c, 2 * c, c, dscale);
  });
}
