// C ABI over libvips: probe, decode, encode and text. libvips' own API is variadic, which managed code cannot call.
//
// Pixels cross as tightly packed uint8, row by row, channels last (HWC).
// Functions return 0, or -1 with the reason in icon_image_error(). A returned buffer is freed with icon_image_free.
// Every function may be called from any thread; each uses one thread itself.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ICON_IMAGE_API extern "C" __attribute__((visibility("default")))

enum icon_image_format { ICON_PNG = 1, ICON_JPEG = 2, ICON_WEBP = 3, ICON_GIF = 4 };
enum icon_image_colour { ICON_OTHER = 0, ICON_GREY = 1, ICON_RGB = 2, ICON_CMYK = 3 };

struct icon_image_info {
  int32_t format;     // icon_image_format, from the content and never from the file's name
  int32_t width;      // pixels, as stored (before any EXIF rotation)
  int32_t height;
  int32_t bands;      // channels after palette expansion, alpha included
  int32_t bits;       // per channel as decoded: 8 or 16
  int32_t pages;      // animation frames; 1 for a still image
  int32_t colour;     // icon_image_colour
  int32_t has_alpha;  // 0 or 1
};

// Starts libvips once: only the PNG, JPEG, WebP, GIF and SVG loaders stay enabled, no operation cache, no console warnings.
ICON_IMAGE_API int icon_image_init(void);

// Why this thread's last call failed: one line of UTF-8, valid until its next call.
ICON_IMAGE_API const char* icon_image_error(void);

ICON_IMAGE_API void icon_image_free(void* buffer);

// "8.14.1"
ICON_IMAGE_API const char* icon_image_version(void);

// Reads the header only; no pixel is decoded.
ICON_IMAGE_API int icon_image_probe(const uint8_t* data, size_t length, icon_image_info* info);

// The first frame as upright sRGB with alpha, [height, width, 4] (alpha not premultiplied; 255 where the file has none).
// Refuses more than max_pixels before decoding, and any truncated or corrupt file.
ICON_IMAGE_API int icon_image_decode(const uint8_t* data, size_t length, int64_t max_pixels, uint8_t** rgba,
                                     int32_t* width, int32_t* height);

// An SVG as sRGB with alpha, [height, width, 4] (not premultiplied), its longer side drawn at size pixels. What it refers to outside
// itself is not loaded. Probe and decode take no SVG.
ICON_IMAGE_API int icon_image_svg(const uint8_t* data, size_t length, int32_t size, uint8_t** rgba, int32_t* width,
                                  int32_t* height);

// bands: 1 grey, 3 RGB, 4 RGBA. compression: 0 … 9.
ICON_IMAGE_API int icon_image_encode_png(const uint8_t* pixels, int32_t width, int32_t height, int32_t bands,
                                         int32_t compression, uint8_t** png, size_t* length);

// An endless animation. frames: RGB, [frame_count, height, width, 3]. delay: milliseconds a frame, in steps of 10.
ICON_IMAGE_API int icon_image_encode_gif(const uint8_t* frames, int32_t frame_count, int32_t width, int32_t height,
                                         int32_t delay, uint8_t** gif, size_t* length);

// 1 when fontconfig knows a font of exactly this family, else 0.
ICON_IMAGE_API int icon_image_has_font(const char* family);

// One line of plain UTF-8 text cropped to its ink. font: a Pango description, "sans 11", in pixels.
// colour 0: coverage, [height, width, 1]. colour 1: RGBA, [height, width, 4], colour fonts in their own colours.
ICON_IMAGE_API int icon_image_text(const char* text, const char* font, int32_t colour, uint8_t** pixels,
                                   int32_t* width, int32_t* height);
