// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <store/manifest.hpp>
#include <store/publication.hpp>

namespace reverie::store {
namespace fs = std::filesystem;
namespace {

/// Relative names of everything below the folder that is no folder, sorted.
std::vector<std::string> names_below(const fs::path& folder, const std::vector<std::string>& except) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (entry->is_directory() && !entry->is_symlink()) continue;
    auto name = entry->path().lexically_relative(folder).string();
    if (std::find(except.begin(), except.end(), name) == except.end()) names.push_back(std::move(name));
  }
  if (failed)
    throw DataError(fmt::format("cannot read the folder '{}': {}", folder.string(), failed.message()),
                    "check its permissions and the disk");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::vector<FileRecord> list_files(const fs::path& folder, const std::vector<std::string>& except) {
  std::vector<FileRecord> records;
  for (const auto& name : names_below(folder, except))
    records.push_back({name, fs::file_size(folder / name), sha256_file(folder / name)});
  return records;
}

std::vector<std::string> differences(const fs::path& folder, const std::vector<FileRecord>& expected,
                                     const std::vector<std::string>& except) {
  std::vector<std::string> found;
  const auto names = names_below(folder, except);
  for (const auto& record : expected) {
    if (!std::binary_search(names.begin(), names.end(), record.name)) {
      found.push_back(record.name + " is missing");
      continue;
    }
    const auto file = folder / record.name;
    std::error_code failed;
    const auto size = fs::is_regular_file(file, failed) ? fs::file_size(file, failed) : 0;
    if (failed || !fs::is_regular_file(file, failed))
      found.push_back(record.name + " is not a file");
    else if (size != record.size)
      found.push_back(fmt::format("{} has {} bytes instead of {}", record.name, size, record.size));
    else if (sha256_file(file) != record.sha256)
      found.push_back(record.name + " has other contents than it was written with");
  }
  for (const auto& name : names)
    if (std::none_of(expected.begin(), expected.end(), [&](const auto& record) { return record.name == name; }))
      found.push_back(name + " does not belong to the result");
  return found;
}

}  // namespace reverie::store
