// SPDX-License-Identifier: BSD-3-Clause
/// Runs a fuzz target on every file of a folder.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "target.hpp"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::cerr << entry.path().filename().string() << "\n";
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    ++inputs;
  }
  std::cerr << inputs << " inputs\n";
  return inputs > 0 ? 0 : 1;
}
