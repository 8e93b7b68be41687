#include "report/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

namespace tlswarden {
namespace {

constexpr std::string_view kMagic("\x1f\x8b", 2);
constexpr int kGzipWindow = 15 + 16;  // 16: RFC 1952's header and trailer
constexpr int kDefaultMemory = 8;     // zlib's own default
constexpr std::size_t kAtOnce = 1 << 16;

// zlib counts in 32 bits, and takes no const: it only reads.
void SetInput(z_stream& stream, std::string_view octets) {
  const std::size_t piece = std::min<std::size_t>(octets.size(), 1 << 30);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
  stream.avail_in = static_cast<uInt>(piece);
}

struct EndDeflate {
  void operator()(z_stream* stream) const { deflateEnd(stream); }
};
struct EndInflate {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

// Unpacks the member at the front and removes it. False: damaged, cut off, or too much.
Result<bool> Member(z_stream& stream, std::string_view& octets, std::size_t most,
                    std::string& out) {
  std::array<char, kAtOnce> piece{};
  for (int status = Z_OK; status != Z_STREAM_END;) {
    SetInput(stream, octets);
    const uInt offered = stream.avail_in;
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    status = inflate(&stream, Z_NO_FLUSH);
    octets.remove_prefix(offered - stream.avail_in);
    const std::size_t made = piece.size() - stream.avail_out;
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status == Z_BUF_ERROR) return Error{"the gzip data is cut off"};
    if (status != Z_OK && status != Z_STREAM_END) return Error{"the gzip data is damaged"};
    if (made > most - out.size()) {
      return Error{"it unpacks to more than " + std::to_string(most) + " octets"};
    }
    out.append(piece.data(), made);
  }
  return true;
}

}  // namespace

bool IsGzip(std::string_view octets) { return octets.starts_with(kMagic); }

std::string Gzip(std::string_view octets) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, kDefaultMemory,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<z_stream, EndDeflate> end(&stream);
  std::string out;
  std::array<char, kAtOnce> piece{};
  for (int status = Z_OK; status != Z_STREAM_END;) {
    SetInput(stream, octets);
    const uInt offered = stream.avail_in;
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = piece.size();
    status = deflate(&stream, offered == octets.size() ? Z_FINISH : Z_NO_FLUSH);
    octets.remove_prefix(offered - stream.avail_in);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  return out;
}

Result<std::string> Gunzip(std::string_view octets, std::size_t most) {
  if (!IsGzip(octets)) return Error{"it isn't gzip data"};
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, EndInflate> end(&stream);
  std::string out;
  while (IsGzip(octets)) {
    const Result<bool> member = Member(stream, octets, most, out);
    if (!member) return Error{member.error()};
    inflateReset(&stream);
  }
  return out;
}

}  // namespace tlswarden
