// SPDX-License-Identifier: BSD-3-Clause
/// What belongs to a result folder: names, sizes and checksums of its files, and what is wrong with a folder by them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace reverie::store {

struct FileRecord {
  std::string name;  ///< relative to the folder
  std::uintmax_t size = 0;
  std::string sha256;
};

/// Every file below the folder but those named in `except`, by name. DataError for one that cannot be read.
std::vector<FileRecord> list_files(const std::filesystem::path& folder, const std::vector<std::string>& except);

/// One sentence per file that is missing, has another size or other contents, or does not belong there: "recording.nc
/// has 1000 bytes instead of 2000". DataError for a file that may not be read.
std::vector<std::string> differences(const std::filesystem::path& folder, const std::vector<FileRecord>& expected,
                                     const std::vector<std::string>& except);

}  // namespace reverie::store
