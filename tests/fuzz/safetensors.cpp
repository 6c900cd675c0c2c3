// SPDX-License-Identifier: BSD-3-Clause
#include <unistd.h>

#include <fstream>
#include <store/weights.hpp>

#include "target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reverie;
  static const auto file =
      std::filesystem::temp_directory_path() / ("reverie-fuzz-" + std::to_string(getpid()) + ".safetensors");
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    for (const auto& tensor : store::read_safetensors(file).tensors) {
      std::int64_t count = 1;
      for (const auto extent : tensor.shape) count *= extent;
      if (count != std::ssize(tensor.values)) std::abort();
    }
  } catch (const Error&) {
  }
  std::filesystem::remove(file);
  return 0;
}
