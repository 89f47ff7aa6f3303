#include "image_shim.h"

#include <fontconfig/fontconfig.h>
#include <vips/vips.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

thread_local std::string last_error;

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

// libvips keeps one error text per process, so a concurrent failure can add to this one; hence only the first line.
int fail(const char* what) {
  std::unique_ptr<char, decltype(&g_free)> all(vips_error_buffer_copy(), g_free);
  std::string detail = all ? all.get() : "";
  detail = detail.substr(0, detail.find('\n'));
  last_error = detail.empty() ? what : std::string(what) + " (" + detail + ")";
  return -1;
}

void ignore_log(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

bool start() {
  // Pango and libvips report to stderr what we report as errors.
  g_log_set_default_handler(ignore_log, nullptr);
  // No plug-ins: the four formats below need none, and one of Debian's opens the system's SQLite for the whole process,
  // whose functions would then take the place of those that the actors' own SQLite calls by name.
  setenv("VIPSHOME", "/dev/null", 1);
  if (VIPS_INIT("icondiffusion")) return false;
  vips_block_untrusted_set(TRUE);
  vips_operation_block_set("VipsForeignLoad", TRUE);
  for (const char* allowed : {"VipsForeignLoadPng", "VipsForeignLoadJpeg", "VipsForeignLoadWebp", "VipsForeignLoadNsgif"})
    vips_operation_block_set(allowed, FALSE);
  // For icon_image_svg alone: open() takes none.
  vips_operation_block_set("VipsForeignLoadSvg", FALSE);
  vips_concurrency_set(1);
  vips_cache_set_max(0);  // each file is read once: a cache would only hold its pixels
  return true;
}

// The open file with nothing decoded yet, or null.
Image open(const uint8_t* data, size_t length, int32_t* format) {
  const char* loader = vips_foreign_find_load_buffer(data, length);
  if (!loader) return nullptr;
  struct { const char* prefix; int32_t format; } const known[] = {
      {"VipsForeignLoadPng", ICON_PNG}, {"VipsForeignLoadJpeg", ICON_JPEG},
      {"VipsForeignLoadWebp", ICON_WEBP}, {"VipsForeignLoadNsgif", ICON_GIF}};
  *format = 0;
  for (const auto& each : known)
    if (!strncmp(loader, each.prefix, strlen(each.prefix))) *format = each.format;
  if (!*format) return nullptr;
  return Image(vips_image_new_from_buffer(data, length, "", "fail_on", VIPS_FAIL_ON_ERROR, "access",
                                          VIPS_ACCESS_SEQUENTIAL, nullptr));
}

bool is_16_bit(VipsImage* image) { return vips_image_get_format(image) == VIPS_FORMAT_USHORT; }

int32_t colour_of(VipsImage* image) {
  switch (vips_image_get_interpretation(image)) {
    case VIPS_INTERPRETATION_B_W:
    case VIPS_INTERPRETATION_GREY16: return ICON_GREY;
    case VIPS_INTERPRETATION_sRGB:
    case VIPS_INTERPRETATION_RGB:
    case VIPS_INTERPRETATION_RGB16: return ICON_RGB;
    case VIPS_INTERPRETATION_CMYK: return ICON_CMYK;
    default: return ICON_OTHER;
  }
}

// Any supported image as upright 8-bit sRGB with alpha; null on failure. Lazy: pixels flow when it is written.
Image to_rgba(Image image) {
  VipsImage* next = nullptr;
  auto step = [&](int failed) { image.reset(failed ? nullptr : next); next = nullptr; return !failed; };

  if (is_16_bit(image.get())) {
    const bool grey = colour_of(image.get()) == ICON_GREY;
    if (!step(vips_cast(image.get(), &next, VIPS_FORMAT_UCHAR, "shift", TRUE, nullptr))) return nullptr;
    if (!step(vips_copy(image.get(), &next, "interpretation", grey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB,
                        nullptr))) return nullptr;
  }
  const bool cmyk = colour_of(image.get()) == ICON_CMYK;
  if (cmyk || vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME)) {
    if (!vips_icc_transform(image.get(), &next, "srgb", "embedded", TRUE, "input_profile", cmyk ? "cmyk" : "srgb",
                            "depth", 8, nullptr))
      step(0);
    else
      vips_error_clear();  // a broken profile: take the numbers as they are
  }
  if (!step(vips_colourspace(image.get(), &next, VIPS_INTERPRETATION_sRGB, nullptr))) return nullptr;
  if (!vips_image_hasalpha(image.get()) && !step(vips_addalpha(image.get(), &next, nullptr))) return nullptr;
  if (!step(vips_cast(image.get(), &next, VIPS_FORMAT_UCHAR, nullptr))) return nullptr;
  // Rotation reads out of order, which a sequential source cannot: copy first, and only then.
  if (vips_image_get_orientation(image.get()) > 1) {
    if (!step((next = vips_image_copy_memory(image.get())) == nullptr)) return nullptr;
    if (!step(vips_autorot(image.get(), &next, nullptr))) return nullptr;
  }
  return image;
}

uint8_t* write(VipsImage* image) {
  size_t size = 0;
  return static_cast<uint8_t*>(vips_image_write_to_memory(image, &size));
}

Image from_memory(const uint8_t* pixels, int32_t width, int32_t height, int32_t bands) {
  Image raw(vips_image_new_from_memory(pixels, static_cast<size_t>(width) * height * bands, width, height, bands,
                                       VIPS_FORMAT_UCHAR));
  if (!raw) return nullptr;
  VipsImage* named = nullptr;
  if (vips_copy(raw.get(), &named, "interpretation", bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB,
                nullptr)) return nullptr;
  return Image(named);
}

}  // namespace

int icon_image_init(void) {
  static std::once_flag once;
  static bool started = false;
  std::call_once(once, [] { started = start(); });
  return started ? 0 : fail("libvips did not start");
}

const char* icon_image_error(void) { return last_error.c_str(); }

void icon_image_free(void* buffer) { g_free(buffer); }

const char* icon_image_version(void) { return vips_version_string(); }

int icon_image_probe(const uint8_t* data, size_t length, icon_image_info* info) {
  vips_error_clear();
  Image image = open(data, length, &info->format);
  if (!image) return fail("not a readable PNG, JPEG, WebP or GIF");
  info->width = vips_image_get_width(image.get());
  info->height = vips_image_get_height(image.get());
  info->bands = vips_image_get_bands(image.get());
  info->bits = is_16_bit(image.get()) ? 16 : 8;
  info->pages = vips_image_get_n_pages(image.get());
  info->colour = colour_of(image.get());
  info->has_alpha = vips_image_hasalpha(image.get());
  return 0;
}

int icon_image_decode(const uint8_t* data, size_t length, int64_t max_pixels, uint8_t** rgba, int32_t* width,
                      int32_t* height) {
  vips_error_clear();
  int32_t format = 0;
  Image image = open(data, length, &format);
  if (!image) return fail("not a readable PNG, JPEG, WebP or GIF");
  const int64_t pixels = static_cast<int64_t>(vips_image_get_width(image.get())) * vips_image_get_height(image.get());
  if (pixels > max_pixels) return fail("more pixels than allowed");
  image = to_rgba(std::move(image));
  if (!image) return fail("cannot be converted to sRGB");
  if (vips_image_get_bands(image.get()) != 4) return fail("has an unsupported number of channels");
  *width = vips_image_get_width(image.get());
  *height = vips_image_get_height(image.get());
  *rgba = write(image.get());
  return *rgba ? 0 : fail("truncated or corrupt");
}

int icon_image_svg(const uint8_t* data, size_t length, int32_t size, uint8_t** rgba, int32_t* width, int32_t* height) {
  vips_error_clear();
  // A buffer has no base address, so librsvg loads nothing that the drawing refers to.
  auto draw = [&](double scale) {
    VipsImage* out = nullptr;
    const int failed = vips_svgload_buffer(const_cast<uint8_t*>(data), length, &out, "scale", scale, nullptr);
    return Image(failed ? nullptr : out);
  };
  Image image = draw(1.0);
  if (!image) return fail("not a readable SVG");
  const int longer = std::max(vips_image_get_width(image.get()), vips_image_get_height(image.get()));
  image = draw(static_cast<double>(size) / longer);
  if (!image || vips_image_get_bands(image.get()) != 4) return fail("not a readable SVG");
  *width = vips_image_get_width(image.get());
  *height = vips_image_get_height(image.get());
  if (*width > size || *height > size) return fail("an SVG of an unexpected size");
  *rgba = write(image.get());
  return *rgba ? 0 : fail("the SVG cannot be drawn");
}

int icon_image_encode_png(const uint8_t* pixels, int32_t width, int32_t height, int32_t bands, int32_t compression,
                          uint8_t** png, size_t* length) {
  vips_error_clear();
  Image image = from_memory(pixels, width, height, bands);
  void* buffer = nullptr;
  if (!image || vips_pngsave_buffer(image.get(), &buffer, length, "compression", compression, nullptr))
    return fail("PNG encoding failed");
  *png = static_cast<uint8_t*>(buffer);
  return 0;
}

int icon_image_encode_gif(const uint8_t* frames, int32_t frame_count, int32_t width, int32_t height, int32_t delay,
                          uint8_t** gif, size_t* length) {
  vips_error_clear();
  Image pages = from_memory(frames, width, height * frame_count, 3);
  VipsImage* annotated = nullptr;  // metadata may be set on a copy alone
  if (!pages || vips_copy(pages.get(), &annotated, nullptr)) return fail("GIF encoding failed");
  Image image(annotated);
  const std::vector<int> delays(frame_count, delay);
  vips_image_set_int(annotated, VIPS_META_PAGE_HEIGHT, height);
  vips_image_set_int(annotated, "loop", 0);
  vips_image_set_array_int(annotated, "delay", delays.data(), frame_count);
  void* buffer = nullptr;
  if (vips_gifsave_buffer(annotated, &buffer, length, nullptr)) return fail("GIF encoding failed");
  *gif = static_cast<uint8_t*>(buffer);
  return 0;
}

int icon_image_has_font(const char* family) {
  FcPattern* pattern = FcPatternBuild(nullptr, FC_FAMILY, FcTypeString, family, nullptr);
  FcObjectSet* fields = FcObjectSetBuild(FC_FAMILY, nullptr);
  FcFontSet* fonts = FcFontList(nullptr, pattern, fields);
  const int found = fonts && fonts->nfont > 0;
  if (fonts) FcFontSetDestroy(fonts);
  FcObjectSetDestroy(fields);
  FcPatternDestroy(pattern);
  return found;
}

int icon_image_text(const char* text, const char* font, int32_t colour, uint8_t** pixels, int32_t* width,
                    int32_t* height) {
  vips_error_clear();
  std::unique_ptr<char, decltype(&g_free)> plain(g_markup_escape_text(text, -1), g_free);
  VipsImage* out = nullptr;
  // At 72 dpi one point is one pixel.
  if (vips_text(&out, plain.get(), "font", font, "dpi", 72, "rgba", static_cast<gboolean>(colour), nullptr))
    return fail("text cannot be drawn");
  Image image(out);
  if (vips_image_get_bands(out) != (colour ? 4 : 1)) return fail("text came with an unexpected number of channels");
  *width = vips_image_get_width(out);
  *height = vips_image_get_height(out);
  *pixels = write(out);
  return *pixels ? 0 : fail("text cannot be drawn");
}
