// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>
#include <store/files.hpp>
#include <store/npz.hpp>
#include <utility>

namespace reverie::store {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are written little-endian");

std::uint64_t bytes_of(const NpzArray& array) {
  std::uint64_t bytes = array.width;
  for (const auto extent : array.shape) bytes *= static_cast<std::uint64_t>(extent);
  return bytes;
}

/// Magic, version 1.0, length of the rest (uint16), a Python dictionary padded with blanks so that the data begin at a
/// multiple of 64 bytes.
std::string header_of(const NpzArray& array) {
  std::string shape;
  for (const auto extent : array.shape) shape += fmt::format("{}, ", extent);
  // (), (3,), (3, 4)
  if (!shape.empty()) shape.resize(shape.size() - (array.shape.size() == 1 ? 1 : 2));
  auto text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", array.type, shape);
  constexpr std::size_t before = 10, alignment = 64;
  text.append(alignment - 1 - (before + text.size()) % alignment, ' ');
  text += '\n';
  std::string header = "\x93NUMPY";
  header += {'\1', '\0'};
  header += {static_cast<char>(text.size() & 255U), static_cast<char>(text.size() >> 8U)};
  return header + text;
}

/// A member as libzip reads it.
struct Member {
  NpzArray array;
  std::string header, pending;  ///< pending: bytes from next() that were not yet asked for
  std::size_t used = 0;         ///< of pending
  std::uint64_t delivered = 0;
  std::exception_ptr failure;
  zip_error_t error{};

  std::int64_t read(char* to, std::uint64_t room) {
    std::uint64_t filled = 0;
    while (filled < room) {
      if (used == pending.size()) {
        pending = array.next();
        used = 0;
        if (pending.empty()) break;
      }
      const auto count = std::min<std::uint64_t>(room - filled, pending.size() - used);
      std::memcpy(to + filled, pending.data() + used, count);
      filled += count;
      used += count;
    }
    delivered += filled;
    if (filled == 0 && delivered != header.size() + bytes_of(array))
      throw std::logic_error(fmt::format("npz: '{}' gave {} bytes where its shape needs {}", array.name,
                                         delivered - header.size(), bytes_of(array)));
    return static_cast<std::int64_t>(filled);
  }
};

/// What libzip asks of a member; no exception may pass through its C code.
zip_int64_t serve(void* state, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  auto& member = *static_cast<Member*>(state);
  switch (command) {
    case ZIP_SOURCE_OPEN:
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
      return 0;
    case ZIP_SOURCE_READ:
      try {
        return member.read(static_cast<char*>(data), length);
      } catch (...) {
        member.failure = std::current_exception();
        zip_error_set(&member.error, ZIP_ER_INTERNAL, 0);
        return -1;
      }
    case ZIP_SOURCE_STAT: {
      auto* status = static_cast<zip_stat_t*>(data);
      zip_stat_init(status);
      status->size = member.header.size() + bytes_of(member.array);
      status->valid = ZIP_STAT_SIZE;
      return sizeof(zip_stat_t);
    }
    case ZIP_SOURCE_ERROR:
      return zip_error_to_data(&member.error, data, length);
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                            ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    default:
      zip_error_set(&member.error, ZIP_ER_OPNOTSUPP, 0);
      return -1;
  }
}

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};

DataError cannot_archive(const std::filesystem::path& file, zip_error_t* error) {
  const int system = zip_error_system_type(error) == ZIP_ET_SYS ? zip_error_code_system(error) : 0;
  if (system != 0) return cannot_write(file, system);
  return {fmt::format("cannot write '{}': {}", file.string(), zip_error_strerror(error)),
          "choose another place, or another format"};
}

void add(zip_t* archive, const std::filesystem::path& file, Member& member) {
  zip_source_t* source = zip_source_function(archive, serve, &member);
  if (source == nullptr) throw cannot_archive(file, zip_get_error(archive));
  const auto index = zip_file_add(archive, (member.array.name + ".npy").c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    throw cannot_archive(file, zip_get_error(archive));
  }
  const auto entry = static_cast<zip_uint64_t>(index);
  // The first day that zip knows, 1 January 1980, as numpy.savez writes it.
  constexpr zip_uint16_t first_day = 1U << 5U | 1U;
  if (zip_set_file_compression(archive, entry, ZIP_CM_STORE, 0) != 0 ||
      zip_file_set_dostime(archive, entry, 0, first_day, 0) != 0)
    throw cannot_archive(file, zip_get_error(archive));
}

/// The code points of a UTF-8 text.
std::u32string code_points(const std::string& name, const std::string& text) {
  std::u32string points;
  for (std::size_t k = 0; k < text.size();) {
    const auto lead = static_cast<unsigned char>(text[k]);
    const std::size_t length = lead < 0x80 ? 1 : lead >> 5U == 6 ? 2 : lead >> 4U == 14 ? 3 : lead >> 3U == 30 ? 4 : 0;
    bool good = length > 0 && k + length <= text.size();
    char32_t point = length < 2 ? lead : lead & (0x7FU >> length);
    for (std::size_t j = 1; good && j < length; ++j) {
      const auto next = static_cast<unsigned char>(text[k + j]);
      good = next >> 6U == 2;
      point = point << 6U | (next & 0x3FU);
    }
    if (!good)
      throw DataError(fmt::format("a label of '{}' is not UTF-8", name), "write the file again, with labels in UTF-8");
    points += point;
    k += length;
  }
  return points;
}

}  // namespace

NpzArray npz_labels(const std::string& name, const std::vector<std::int64_t>& shape,
                    const std::vector<std::string>& labels) {
  std::vector<std::u32string> texts;
  std::size_t longest = 1;  // NumPy has no texts of length 0
  for (const auto& label : labels) {
    texts.push_back(code_points(name, label));
    longest = std::max(longest, texts.back().size());
  }
  std::string bytes;
  for (auto& text : texts) {
    text.resize(longest, U'\0');
    bytes.append(reinterpret_cast<const char*>(text.data()), longest * sizeof(char32_t));
  }
  return {name, fmt::format("<U{}", longest), longest * sizeof(char32_t), shape,
          [bytes = std::move(bytes)]() mutable { return std::exchange(bytes, {}); }};
}

void write_npz(const std::filesystem::path& file, std::vector<NpzArray> arrays) {
  TemporaryFile temporary(file);
  std::vector<Member> members;  // outlives the archive, which reads from it
  for (auto& array : arrays) {
    auto& member = members.emplace_back(Member{std::move(array), "", "", 0, 0, nullptr, {}});
    member.header = member.pending = header_of(member.array);
    zip_error_init(&member.error);
  }
  int code = 0;
  std::unique_ptr<zip_t, Discard> archive(zip_open(temporary.path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const auto failure = cannot_archive(file, &error);
    zip_error_fini(&error);
    throw failure;
  }
  for (auto& member : members) add(archive.get(), file, member);
  if (zip_close(archive.get()) != 0) {
    for (const auto& member : members)
      if (member.failure) std::rethrow_exception(member.failure);
    throw cannot_archive(file, zip_get_error(archive.get()));
  }
  archive.release();
  temporary.commit();
}

}  // namespace reverie::store
