// SPDX-License-Identifier: BSD-3-Clause
/// A strict reader: every number of the header is checked against the size of the file before memory is reserved for
/// it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <store/files.hpp>
#include <store/half.hpp>
#include <store/weights.hpp>

namespace reverie::store {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uint64_t longest_header = 100'000'000;  ///< bytes, as in the format's own implementation

DataError damaged(const fs::path& file, const std::string& what) {
  return {fmt::format("weights file '{}' {}", file.string(), what), "make it again, or fetch a complete copy"};
}

struct Entry {
  std::string name, dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t begin, end;  ///< bytes from the start of the data
};

struct Header {
  std::vector<std::string> order;  ///< names as they follow in the file; Json sorts them
  Json json;
};

std::string read_header_text(const fs::path& file, std::ifstream& stream, std::uintmax_t size) {
  std::uint64_t length = 0;
  if (size < sizeof length)
    throw damaged(file, fmt::format("is truncated: {} bytes do not hold the length of a header", size));
  std::array<char, sizeof length> bytes{};
  stream.read(bytes.data(), bytes.size());
  std::memcpy(&length, bytes.data(), sizeof length);
  if (length > longest_header)
    throw damaged(file, fmt::format("is not a safetensors file: its header would be {} bytes long", length));
  if (length > size - sizeof length)
    throw damaged(file,
                  fmt::format("is truncated: its header is {} bytes long, {} are there", length, size - sizeof length));
  std::string text(length, '\0');
  if (!stream.read(text.data(), static_cast<std::streamsize>(length))) throw cannot_read(file, EIO);
  if (!text.starts_with('{')) throw damaged(file, "is not a safetensors file: its header is not a JSON object");
  return text;
}

/// JSON itself lets a key occur twice and a value nest without end; a header may do neither.
Header parse_header(const fs::path& file, const std::string& text) {
  Header header;
  std::array<std::set<std::string>, 4> seen;
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start) {
      if (level + 1 >= seen.size()) throw damaged(file, "has a header that nests too deeply");
      seen[level + 1].clear();
    } else if (event == Json::parse_event_t::key) {
      const auto name = parsed.get<std::string>();
      if (!seen[level].insert(name).second) throw damaged(file, fmt::format("has a header with '{}' twice", name));
      if (depth == 1) header.order.push_back(name);
    }
    return true;
  };
  try {
    header.json = Json::parse(text, check);
  } catch (const Json::exception& error) {
    throw damaged(file, fmt::format("has a header that is not JSON: {}", error.what()));
  }
  return header;
}

std::map<std::string, std::string> parse_metadata(const fs::path& file, const Json& json) {
  std::map<std::string, std::string> metadata;
  const auto refuse = [&] { return damaged(file, "has a '__metadata__' that is not a table of texts"); };
  if (!json.is_object()) throw refuse();
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string()) throw refuse();
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

std::vector<std::uint64_t> parse_extents(const fs::path& file, const std::string& name, const Json& json,
                                         const std::string& key) {
  const auto found = json.find(key);
  const auto valid = [](const Json& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() <= std::uint64_t{INT64_MAX};
  };
  if (found == json.end() || !found->is_array() || !std::all_of(found->begin(), found->end(), valid))
    throw damaged(file, fmt::format("describes tensor '{}' without a '{}' of whole numbers from 0", name, key));
  return found->get<std::vector<std::uint64_t>>();
}

std::uint64_t width_of(const fs::path& file, const Entry& entry) {
  if (entry.dtype == "F64") return 8;
  if (entry.dtype == "F32") return 4;
  if (entry.dtype == "F16" || entry.dtype == "BF16") return 2;
  throw DataError(
      fmt::format("tensor '{}' of weights file '{}' has dtype '{}'", entry.name, file.string(), entry.dtype),
      "convert it to F64, F32, F16 or BF16");
}

/// Bytes of shape and dtype; throws where they are not those of the offsets.
void require_consistent(const fs::path& file, const Entry& entry, std::uint64_t data_size) {
  std::uint64_t bytes = width_of(file, entry);
  bool overflow = false;
  for (const auto extent : entry.shape)
    overflow |= __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes);
  // A shape with a 0 has no elements, however large its other extents.
  if (std::find(entry.shape.begin(), entry.shape.end(), 0) != entry.shape.end()) {
    bytes = 0;
    overflow = false;
  }
  if (entry.begin > entry.end)
    throw damaged(file, fmt::format("is inconsistent: tensor '{}' ends before it begins (data_offsets {}, {})",
                                    entry.name, entry.begin, entry.end));
  if (overflow || entry.end - entry.begin != bytes)
    throw damaged(file, fmt::format("is inconsistent: tensor '{}' of dtype {} and shape [{}] needs {} bytes, its "
                                    "data_offsets span {}",
                                    entry.name, entry.dtype, fmt::join(entry.shape, ", "),
                                    overflow ? "too many" : fmt::format("{}", bytes), entry.end - entry.begin));
  if (entry.end > data_size)
    throw damaged(file, fmt::format("is truncated: tensor '{}' ends at byte {} of the data, which has {}", entry.name,
                                    entry.end, data_size));
}

Entry parse_entry(const fs::path& file, const std::string& name, const Json& json) {
  if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string())
    throw damaged(file, fmt::format("describes tensor '{}' without a 'dtype'", name));
  Entry entry{name, json["dtype"].get<std::string>(), {}, 0, 0};
  for (const auto extent : parse_extents(file, name, json, "shape"))
    entry.shape.push_back(static_cast<std::int64_t>(extent));
  const auto offsets = parse_extents(file, name, json, "data_offsets");
  if (offsets.size() != 2)
    throw damaged(file, fmt::format("describes tensor '{}' with {} data_offsets instead of 2", name, offsets.size()));
  entry.begin = offsets[0];
  entry.end = offsets[1];
  return entry;
}

/// The tensors must tile the data: no overlap, no gap, nothing after the last.
void require_tiling(const fs::path& file, const std::vector<Entry>& entries, std::uint64_t data_size) {
  std::vector<const Entry*> sorted;
  for (const auto& entry : entries) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry* a, const Entry* b) { return std::pair(a->begin, a->end) < std::pair(b->begin, b->end); });
  std::uint64_t reached = 0;
  for (const auto* entry : sorted) {
    if (entry->begin < reached)
      throw damaged(file,
                    fmt::format("is inconsistent: tensor '{}' overlaps the one before it (it begins at byte {} of "
                                "the data, that one ends at {})",
                                entry->name, entry->begin, reached));
    if (entry->begin > reached)
      throw damaged(file, fmt::format("is inconsistent: bytes {} to {} before tensor '{}' belong to no tensor", reached,
                                      entry->begin, entry->name));
    reached = entry->end;
  }
  if (reached != data_size)
    throw damaged(file, fmt::format("is inconsistent: {} bytes after the last tensor", data_size - reached));
}

template <class T>
T element(const std::string& bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
  return value;
}

NamedTensor read_tensor(const fs::path& file, std::ifstream& stream, std::uint64_t data_start, const Entry& entry) {
  std::string bytes(entry.end - entry.begin, '\0');
  stream.seekg(static_cast<std::streamoff>(data_start + entry.begin));
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) throw cannot_read(file, EIO);
  NamedTensor tensor{entry.name, entry.shape, std::vector<double>(bytes.size() / width_of(file, entry)), entry.dtype};
  for (std::size_t k = 0; k < tensor.values.size(); ++k) {
    if (entry.dtype == "F64")
      tensor.values[k] = element<double>(bytes, k);
    else if (entry.dtype == "F32")
      tensor.values[k] = static_cast<double>(element<float>(bytes, k));
    else if (entry.dtype == "F16")
      tensor.values[k] = from_half(element<std::uint16_t>(bytes, k));
    else  // BF16 is the upper half of a float32
      tensor.values[k] =
          static_cast<double>(std::bit_cast<float>(std::uint32_t{element<std::uint16_t>(bytes, k)} << 16U));
  }
  return tensor;
}

}  // namespace

const NamedTensor* Safetensors::find(const std::string& name) const {
  for (const auto& tensor : tensors)
    if (tensor.name == name) return &tensor;
  return nullptr;
}

Safetensors read_safetensors(const fs::path& file) {
  const auto size = size_of_readable_file(file);
  std::ifstream stream(file, std::ios::binary);
  const auto text = read_header_text(file, stream, size);
  const auto header = parse_header(file, text);
  const std::uint64_t data_start = sizeof(std::uint64_t) + text.size();
  const std::uint64_t data_size = size - data_start;

  Safetensors result;
  std::vector<Entry> entries;
  for (const auto& name : header.order) {
    if (name == "__metadata__") {
      result.metadata = parse_metadata(file, header.json[name]);
      continue;
    }
    entries.push_back(parse_entry(file, name, header.json[name]));
    require_consistent(file, entries.back(), data_size);
  }
  require_tiling(file, entries, data_size);
  for (const auto& entry : entries) result.tensors.push_back(read_tensor(file, stream, data_start, entry));
  return result;
}

}  // namespace reverie::store
