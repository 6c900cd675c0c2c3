// SPDX-License-Identifier: BSD-3-Clause
/// NumPy's formats: .npy (format 1.0 to 3.0, numpy.lib.format) and .npz, a zip archive of them.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <store/files.hpp>
#include <store/foreign.hpp>
#include <store/half.hpp>
#include <store/npz.hpp>
#include <string_view>

namespace reverie::store {
namespace {

template <class Number, bool swapped>
double decoded(const std::byte* at) {
  std::array<std::byte, sizeof(Number)> bytes;
  std::memcpy(bytes.data(), at, sizeof(Number));
  if constexpr (swapped) std::reverse(bytes.begin(), bytes.end());
  return static_cast<double>(std::bit_cast<Number>(bytes));
}

template <bool swapped>
double decoded_half(const std::byte* at) {
  return from_half(static_cast<std::uint16_t>(decoded<std::uint16_t, swapped>(at)));
}

using Decode = double (*)(const std::byte*);

template <class Number>
Decode either(bool swapped) {
  return swapped ? &decoded<Number, true> : &decoded<Number, false>;
}

/// The reader of a type such as "<f4"; nullptr for a type that is not read.
Decode decoder_of(std::string_view type) {
  if (type.size() < 3) return nullptr;
  const bool swapped = type[0] == '>';
  const std::string_view kind = type.substr(1);
  if (kind == "f8") return either<double>(swapped);
  if (kind == "f4") return either<float>(swapped);
  if (kind == "f2") return swapped ? &decoded_half<true> : &decoded_half<false>;
  if (kind == "i8") return either<std::int64_t>(swapped);
  if (kind == "i4") return either<std::int32_t>(swapped);
  if (kind == "i2") return either<std::int16_t>(swapped);
  if (kind == "i1") return either<std::int8_t>(swapped);
  if (kind == "u8") return either<std::uint64_t>(swapped);
  if (kind == "u4") return either<std::uint32_t>(swapped);
  if (kind == "u2") return either<std::uint16_t>(swapped);
  if (kind == "u1" || kind == "b1") return either<std::uint8_t>(swapped);
  return nullptr;
}

/// The value behind 'key': in the header's dictionary, up to the end of the header.
std::string_view value_of(std::string_view header, std::string_view key) {
  const auto at = header.find(key);
  if (at == header.npos) return {};
  auto value = header.substr(at + key.size());
  value.remove_prefix(std::min(value.size(), value.find_first_not_of(" :")));
  return value;
}

/// "(3, 4)", "(3,)", "()"; nullopt when it is none of these.
std::optional<std::vector<std::int64_t>> shape_of(std::string_view text) {
  if (!text.starts_with("(")) return std::nullopt;
  std::vector<std::int64_t> shape;
  text.remove_prefix(1);
  for (;;) {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(" ,")));
    if (text.starts_with(")")) return shape;
    std::int64_t extent = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), extent);
    if (parsed.ec != std::errc() || extent < 0) return std::nullopt;
    shape.push_back(extent);
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  }
}

/// Dimensions of variables with names that recordings give a meaning.
const std::map<std::string, std::vector<std::string>>& known_dimensions() {
  static const std::map<std::string, std::vector<std::string>> known = {{"position", {"trial", "time", "space"}},
                                                                        {"latent", {"trial", "time", "space"}},
                                                                        {"state", {"trial", "time", "unit"}},
                                                                        {"output", {"trial", "time", "channel"}},
                                                                        {"time", {"time"}},
                                                                        {"trial_direction", {"trial"}},
                                                                        {"endpoint", {"direction", "space"}},
                                                                        {"mean_path", {"direction", "time", "space"}}};
  return known;
}

/// Names the dimensions of the array that is measured: as told, or as the metric wants them.
void name_measured(ForeignArray& array, const RecordingLayout& layout, const std::string& place) {
  const auto& dims = layout.dims.empty() ? layout.wanted : layout.dims;
  array.unit = layout.unit;
  if (!dims.empty()) return name_dimensions(array, dims, layout.wanted, place);
  const auto known = known_dimensions().find(array.name);
  if (known != known_dimensions().end()) return name_dimensions(array, known->second, {}, place);
  throw DataError(fmt::format("the dimensions of {} have no names", place), "give them: --dims trial,time,space");
}

/// Names the dimensions of an array beside the measured one. --dims holds for those that have the same dimensions, such
/// as position and latent. Lengths of 1 too many, as MATLAB writes them, go; an array of another shape is refused by
/// who reads it.
void name_beside(ForeignArray& array, const RecordingLayout& layout, const std::vector<std::string>& known,
                 const std::string& place) {
  const bool as_told = !layout.dims.empty() && layout.dims.size() == array.shape.size() &&
                       std::all_of(layout.dims.begin(), layout.dims.end(), [&](const std::string& name) {
                         return std::find(known.begin(), known.end(), name) != known.end();
                       });
  if (as_told) return name_dimensions(array, layout.dims, known, place);
  for (std::size_t k = 0; k < array.shape.size() && array.shape.size() > known.size();) {
    if (array.shape[k] != 1) {
      ++k;
      continue;
    }
    array.shape.erase(array.shape.begin() + static_cast<std::ptrdiff_t>(k));
    array.strides.erase(array.strides.begin() + static_cast<std::ptrdiff_t>(k));
  }
  if (array.shape.size() == known.size()) return name_dimensions(array, known, {}, place);
  for (std::size_t k = 0; k < array.shape.size(); ++k) array.dims.push_back(fmt::format("dim_{}", k));
}

struct Closer {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

/// A member of an archive, unpacked. Its size is what the archive says; a wrong one fails the check of its checksum.
std::shared_ptr<std::vector<std::byte>> unpack(zip_t* archive, zip_uint64_t index, std::uint64_t size,
                                               const std::string& place) {
  const std::unique_ptr<zip_file_t, Closer> member(zip_fopen_index(archive, index, 0));
  if (!member)
    throw DataError(fmt::format("cannot read {}: {}", place, zip_strerror(archive)), "save the archive again");
  auto bytes = std::make_shared<std::vector<std::byte>>();
  constexpr std::size_t block = 1 << 20;
  for (;;) {
    const std::size_t filled = bytes->size();
    bytes->resize(filled + block);
    const auto count = zip_fread(member.get(), bytes->data() + filled, block);
    if (count < 0 || filled + static_cast<std::size_t>(std::max<zip_int64_t>(count, 0)) > size)
      throw DataError(
          fmt::format("cannot read {}: the archive is damaged ({})", place, zip_file_strerror(member.get())),
          "save the archive again, or fetch a complete copy");
    bytes->resize(filled + static_cast<std::size_t>(count));
    if (count == 0) return bytes;
  }
}

std::string place_of(const std::string& array, const std::filesystem::path& file) {
  return fmt::format("'{}' in '{}'", array, file.string());
}

/// take(archive, index, size, name) for every array of an archive.
template <class Take>
void for_each_member(const std::filesystem::path& file, Take&& take) {
  size_of_readable_file(file);
  int code = 0;
  const std::unique_ptr<zip_t, Closer> archive(zip_open(file.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw DataError(fmt::format("'{}' is no archive of NumPy arrays: {}", file.string(), reason),
                    "save it again with numpy.savez, or fetch a complete copy");
  }
  const auto members = zip_get_num_entries(archive.get(), 0);
  for (zip_uint64_t k = 0; k < static_cast<zip_uint64_t>(std::max<zip_int64_t>(members, 0)); ++k) {
    zip_stat_t status;
    if (zip_stat_index(archive.get(), k, 0, &status) != 0 || (status.valid & ZIP_STAT_NAME) == 0) continue;
    const std::string name = status.name;
    if (name.ends_with(".npy")) take(archive.get(), k, status.size, name.substr(0, name.size() - 4));
  }
}

ForeignArray unpack_array(zip_t* archive, zip_uint64_t index, std::uint64_t size, const std::string& name,
                          const std::string& place) {
  const auto bytes = unpack(archive, index, size, place);
  ForeignArray array = parse_npy(bytes->data(), bytes->size(), bytes, place);
  array.name = name;
  return array;
}

}  // namespace

ForeignArray parse_npy(const std::byte* bytes, std::size_t size, std::shared_ptr<const void> owner,
                       const std::string& place) {
  const auto damaged = [&](const std::string& what) {
    return DataError(fmt::format("{} {}", place, what),
                     "save the array again with numpy.save, as plain float32 or float64");
  };
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (!text.starts_with("\x93NUMPY"))
    throw damaged(size == 0 ? "is empty" : "is no NumPy array: it does not begin with \\x93NUMPY");
  if (size < 12) throw damaged(fmt::format("is truncated: its header is cut after {} bytes", size));
  const auto byte = [&](std::size_t k) { return static_cast<std::size_t>(std::to_integer<unsigned char>(bytes[k])); };
  const bool wide = byte(6) > 1;
  const std::size_t start = wide ? 12 : 10;
  const std::size_t length = wide ? byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24 : byte(8) | byte(9) << 8;
  if (length > size - start) throw damaged(fmt::format("is truncated: its header is cut after {} bytes", size));
  const std::string_view header = text.substr(start, length);
  const auto type = value_of(header, "'descr'");
  if (!type.starts_with("'")) throw damaged("holds records (a structured type), not plain numbers");
  const auto kind = type.substr(1, type.find('\'', 1) - 1);
  const Decode decode = decoder_of(kind);
  if (!decode)
    throw damaged(fmt::format("holds {}, not plain numbers", kind.find('O') != kind.npos
                                                                 ? "Python objects"
                                                                 : fmt::format("elements of type '{}'", kind)));
  const auto order = value_of(header, "'fortran_order'");
  const auto shape = shape_of(value_of(header, "'shape'"));
  if ((!order.starts_with("True") && !order.starts_with("False")) || !shape)
    throw damaged("has a header that cannot be read");
  std::int64_t item = kind.back() - '0', elements = 1;
  for (const auto extent : *shape) {
    if (extent != 0 && elements > std::numeric_limits<std::int64_t>::max() / 16 / extent)
      throw damaged("claims more elements than any file holds");
    elements *= extent;
  }
  const auto held = static_cast<std::int64_t>(size - start - length);
  if (held != elements * item)
    throw damaged(fmt::format("is {}: its shape ({}) needs {} bytes and it holds {}",
                              held < elements * item ? "truncated" : "too long", fmt::join(*shape, ", "),
                              elements * item, held));
  ForeignArray array;
  array.shape = *shape;
  array.strides.assign(shape->size(), item);
  const bool fortran = order.starts_with("True");
  for (std::size_t k = 1; k < shape->size(); ++k) {
    const auto inner = fortran ? k - 1 : shape->size() - k, outer = fortran ? k : shape->size() - k - 1;
    array.strides[outer] = array.strides[inner] * (*shape)[inner];
  }
  array.decode = decode;
  array.owner = std::move(owner);
  array.data = bytes + start + length;
  return array;
}

std::vector<ForeignArray> read_npy(const std::filesystem::path& file, const RecordingLayout& layout) {
  const auto size = static_cast<std::size_t>(size_of_readable_file(file));
  const std::string place = fmt::format("'{}'", file.string());
  std::shared_ptr<const void> mapped;
  if (size > 0) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw cannot_read(file, errno);
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    const int error = errno;
    ::close(descriptor);
    if (start == MAP_FAILED) throw cannot_read(file, error);
    mapped = std::shared_ptr<const void>(start, [size](const void* at) { ::munmap(const_cast<void*>(at), size); });
  }
  auto array = parse_npy(static_cast<const std::byte*>(mapped.get()), size, mapped, place);
  array.name = layout.variable.empty() ? "position" : layout.variable;
  name_measured(array, layout, place);
  return {array};
}

std::vector<ForeignArray> read_npz(const std::filesystem::path& file, const RecordingLayout& layout) {
  std::vector<ForeignArray> arrays;
  std::vector<std::string> names;
  const auto take = [&](zip_t* archive, zip_uint64_t index, std::uint64_t size, const std::string& name) {
    names.push_back(name);
    const auto known = known_dimensions().find(name);
    if (name != layout.variable && known == known_dimensions().end()) return;
    const auto place = place_of(name, file);
    ForeignArray array = unpack_array(archive, index, size, name, place);
    if (name == layout.variable)
      name_measured(array, layout, place);
    else
      name_beside(array, layout, known->second, place);
    arrays.push_back(std::move(array));
  };
  for_each_member(file, take);
  const bool there =
      std::any_of(arrays.begin(), arrays.end(), [&](const auto& array) { return array.name == layout.variable; });
  if (!layout.variable.empty() && !there)
    throw DataError(fmt::format("'{}' has no array '{}' (it has: {}).{}", file.string(), layout.variable,
                                fmt::join(names, ", "), did_you_mean(layout.variable, names)),
                    "name one of those: --variable ROLE=NAME");
  return arrays;
}

Safetensors read_npz_tensors(const std::filesystem::path& file) {
  Safetensors result;
  for_each_member(file, [&](zip_t* archive, zip_uint64_t index, std::uint64_t size, const std::string& name) {
    const auto place = place_of(name, file);
    if (result.find(name) != nullptr) throw DataError(place + " is there twice", "save the archive again");
    const auto array = unpack_array(archive, index, size, name, place);
    const auto rows = array.shape.empty() ? 1 : array.shape.front();
    const bool single = array.decode == &decoded<float, false> || array.decode == &decoded<float, true>;
    result.tensors.push_back({name, array.shape, array.read(0, rows), single ? "F32" : "F64"});
  });
  return result;
}

}  // namespace reverie::store
