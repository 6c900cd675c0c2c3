// SPDX-License-Identifier: BSD-3-Clause
/// An ELF file of a plugin, read in pieces before any of its code can run. Every offset and size comes from an
/// untrusted file and is checked against the file's size before use.
#pragma once

#include <elf.h>

#include <cstring>
#include <fstream>
#include <plugin/registry.hpp>

namespace reverie::plugin {

inline const char* const build_remedy =
    "Build plugins with reverie_add_plugin() of the CMake package, or give the file that it made.";

/// All failures are PluginError with the file's name; a piece outside the file is "truncated".
class ElfFile {
 public:
  /// Opens it and checks its header: a whole 64-bit shared library for x86-64.
  explicit ElfFile(const std::filesystem::path& path);

  [[noreturn]] void fail(const std::string& what, const std::string& remedy) const;
  [[noreturn]] void fail_truncated() const { fail("the file is truncated", "Build or copy the library again."); }

  const Elf64_Ehdr& header() const { return header_; }

  std::vector<char> bytes(std::uint64_t offset, std::uint64_t count);

  template <class T>
  T value(std::uint64_t offset) {
    T out;
    std::memcpy(&out, bytes(offset, sizeof out).data(), sizeof out);
    return out;
  }

  /// Entry `index` of a header table of the file.
  template <class T>
  T entry(std::uint64_t table, std::uint64_t index) {
    if (table > size_) fail_truncated();
    return value<T>(table + index * sizeof(T));
  }

  /// The section headers; none where the file has no table of them.
  std::vector<Elf64_Shdr> sections();

 private:
  void read_header();
  void require_complete();

  std::filesystem::path path_;
  std::ifstream stream_;
  std::uint64_t size_ = 0;
  Elf64_Ehdr header_{};
};

}  // namespace reverie::plugin
