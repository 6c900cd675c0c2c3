// SPDX-License-Identifier: BSD-3-Clause
/// Publishing results: a reader never sees half a file or half a result folder.
#pragma once

#include <store/dataset.hpp>
#include <string_view>

namespace reverie::store {

/// Hex SHA-256 of bytes or of a file.
std::string sha256(std::string_view bytes);
std::string sha256_file(const std::filesystem::path& file);

/// Writes a text file by temporary, fsync, rename. DataError names an unwritable place.
void write_file_atomically(const std::filesystem::path& file, std::string_view contents);
std::string read_file(const std::filesystem::path& file);

/// A result folder in the making: files are written into folder(), publish() makes them appear at `destination` at once
/// (fsync of every file, then rename). Abandoned (destroyed without publish) it disappears.
class Publication {
 public:
  explicit Publication(std::filesystem::path destination);
  ~Publication();
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;
  const std::filesystem::path& folder() const { return temporary_; }
  /// If the destination came to exist meanwhile, it is kept and this one is dropped: equal work has equal results.
  void publish();

 private:
  std::filesystem::path destination_, temporary_;
};

}  // namespace reverie::store
