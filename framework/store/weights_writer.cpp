// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <store/publication.hpp>
#include <store/weights.hpp>

namespace reverie::store {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");

std::size_t width_of(const NamedTensor& tensor) {
  if (tensor.dtype == "F64") return sizeof(double);
  if (tensor.dtype == "F32") return sizeof(float);
  throw std::logic_error("safetensors: dtype '" + tensor.dtype + "' cannot be written");
}

void require_writable(const std::vector<NamedTensor>& tensors) {
  std::set<std::string> names;
  for (const auto& tensor : tensors) {
    std::size_t size = 1;
    for (const auto extent : tensor.shape) size *= static_cast<std::size_t>(extent);
    if (size != tensor.values.size())
      throw std::logic_error(fmt::format("safetensors: '{}' has {} values where its shape needs {}", tensor.name,
                                         tensor.values.size(), size));
    if (tensor.name == "__metadata__" || !names.insert(tensor.name).second)
      throw std::logic_error("safetensors: the name '" + tensor.name + "' is taken");
  }
}

void append(std::string& data, const NamedTensor& tensor) {
  const auto add = [&](auto value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    data.append(bytes, sizeof value);
  };
  for (const double value : tensor.values) {
    if (tensor.dtype == "F64")
      add(value);
    else
      add(static_cast<float>(value));
  }
}

}  // namespace

void write_safetensors(const std::filesystem::path& file, const std::vector<NamedTensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  require_writable(tensors);
  // The header lists tensors in the given order; the data of float64 ones comes first, so that every element is aligned
  // to its size when a reader maps the file.
  std::vector<const NamedTensor*> by_width;
  for (const std::size_t width : {sizeof(double), sizeof(float)})
    for (const auto& tensor : tensors)
      if (width_of(tensor) == width) by_width.push_back(&tensor);
  std::map<std::string, std::array<std::size_t, 2>> offsets;
  std::size_t size = 0;
  for (const auto* tensor : by_width) {
    const auto begin = size;
    size += tensor->values.size() * width_of(*tensor);
    offsets[tensor->name] = {begin, size};
  }
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  for (const auto& tensor : tensors)
    header[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", offsets[tensor.name]}};
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception& error) {
    throw DataError(fmt::format("cannot write '{}': {}", file.string(), error.what()),
                    "write names and texts in UTF-8");
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t length = text.size();
  std::string contents;
  contents.reserve(sizeof length + length + size);
  contents.append(reinterpret_cast<const char*>(&length), sizeof length);
  contents += text;
  for (const auto* tensor : by_width) append(contents, *tensor);
  write_file_atomically(file, contents);
}

}  // namespace reverie::store
