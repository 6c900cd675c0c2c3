// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <plugin/elf_file.hpp>

namespace reverie::plugin {

ElfFile::ElfFile(const std::filesystem::path& path) : path_(path) {
  std::error_code failed;
  const auto status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status))
    throw PluginError(fmt::format("plugin library {}: no such file", path.string()), "Build the library, or check the path.");
  if (!std::filesystem::is_regular_file(status)) fail("not a file", "Give the path of a shared library (.so).");
  size_ = std::filesystem::file_size(path, failed);
  stream_.open(path, std::ios::binary);
  if (failed || !stream_) fail("cannot be read", "Check the permissions of the file.");
  if (size_ == 0) fail("the file is empty", "Build or copy the library again.");
  read_header();
  require_complete();
}

void ElfFile::fail(const std::string& what, const std::string& remedy) const {
  throw PluginError(fmt::format("plugin library {}: {}", path_.string(), what), remedy);
}

std::vector<char> ElfFile::bytes(std::uint64_t offset, std::uint64_t count) {
  if (offset > size_ || count > size_ - offset) fail_truncated();
  std::vector<char> out(count);
  stream_.seekg(static_cast<std::streamoff>(offset));
  stream_.read(out.data(), static_cast<std::streamsize>(count));
  if (!stream_) fail("cannot be read", "Check the disk that holds the file.");
  return out;
}

void ElfFile::read_header() {
  const auto start = bytes(0, std::min<std::uint64_t>(size_, EI_NIDENT));
  if (start.size() < SELFMAG || std::memcmp(start.data(), ELFMAG, SELFMAG) != 0)
    fail("not a shared library (no ELF file)", build_remedy);
  if (start.size() < EI_NIDENT) fail_truncated();
  if (start[EI_CLASS] != ELFCLASS64 || start[EI_DATA] != ELFDATA2LSB)
    fail("built for another machine (not 64-bit little-endian)", "Build it on this kind of machine: x86-64.");
  header_ = value<Elf64_Ehdr>(0);
  if (header_.e_machine != EM_X86_64)
    fail(fmt::format("built for another machine (ELF machine {}, not x86-64)", header_.e_machine),
         "Build it on this kind of machine: x86-64.");
  if (header_.e_type != ET_DYN) fail("an ELF file, but not a shared library", build_remedy);
}

/// A library cut short would be mapped by the dynamic loader and end the process with SIGBUS when first touched.
void ElfFile::require_complete() {
  const auto within = [this](std::uint64_t offset, std::uint64_t count) {
    if (offset > size_ || count > size_ - offset) fail_truncated();
  };
  if (header_.e_phnum == 0 || header_.e_phentsize != sizeof(Elf64_Phdr))
    fail("an ELF file, but not a shared library", build_remedy);
  within(header_.e_phoff, std::uint64_t{header_.e_phnum} * header_.e_phentsize);
  within(header_.e_shoff, std::uint64_t{header_.e_shnum} * header_.e_shentsize);
  for (std::uint64_t k = 0; k < header_.e_phnum; ++k) {
    const auto segment = entry<Elf64_Phdr>(header_.e_phoff, k);
    if (segment.p_type == PT_LOAD) within(segment.p_offset, segment.p_filesz);
  }
}

std::vector<Elf64_Shdr> ElfFile::sections() {
  std::vector<Elf64_Shdr> all;
  if (header_.e_shentsize != sizeof(Elf64_Shdr)) return all;
  for (std::uint64_t k = 0; k < header_.e_shnum; ++k) all.push_back(entry<Elf64_Shdr>(header_.e_shoff, k));
  return all;
}

}  // namespace reverie::plugin
