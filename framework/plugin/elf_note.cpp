// SPDX-License-Identifier: BSD-3-Clause
/// Reading the ELF note of a plugin library (abi.h, reverie_note) from the file, before any of its code can run.
///
/// The note is looked for in the PT_NOTE segments and, for linkers that did not make one, in a section of its name.
/// Every offset and size comes from an untrusted file and is checked against the file's size before use.
#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <plugin/registry.hpp>
#include <string_view>

namespace reverie::plugin {
namespace {

constexpr std::uint64_t largest_note_segment = 1 << 20;
constexpr std::size_t description_size = sizeof(reverie_note) - offsetof(reverie_note, major);
const char* const build_remedy =
    "Build plugins with reverie_add_plugin() of the CMake package, or give the file that it made.";

/// A file that is read in pieces; a piece outside the file is "truncated".
class ElfFile {
 public:
  explicit ElfFile(const std::filesystem::path& path) : path_(path) {
    std::error_code failed;
    const auto status = std::filesystem::status(path, failed);
    if (!std::filesystem::exists(status))
      throw PluginError(fmt::format("plugin library {}: no such file", path.string()), "Check the path.");
    if (!std::filesystem::is_regular_file(status)) fail("not a file", "Give the path of a shared library (.so).");
    size_ = std::filesystem::file_size(path, failed);
    stream_.open(path, std::ios::binary);
    if (failed || !stream_) fail("cannot be read", "Check the permissions of the file.");
    if (size_ == 0) fail("the file is empty", "Build or copy the library again.");
  }

  [[noreturn]] void fail(const std::string& what, const std::string& remedy) const {
    throw PluginError(fmt::format("plugin library {}: {}", path_.string(), what), remedy);
  }
  [[noreturn]] void fail_truncated() const { fail("the file is truncated", "Build or copy the library again."); }

  std::uint64_t size() const { return size_; }

  std::vector<char> bytes(std::uint64_t offset, std::uint64_t count) {
    if (offset > size_ || count > size_ - offset) fail_truncated();
    std::vector<char> out(count);
    stream_.seekg(static_cast<std::streamoff>(offset));
    stream_.read(out.data(), static_cast<std::streamsize>(count));
    if (!stream_) fail("cannot be read", "Check the disk that holds the file.");
    return out;
  }

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

 private:
  std::filesystem::path path_;
  std::ifstream stream_;
  std::uint64_t size_ = 0;
};

Elf64_Ehdr read_header(ElfFile& file) {
  const auto start = file.bytes(0, std::min<std::uint64_t>(file.size(), EI_NIDENT));
  if (start.size() < SELFMAG || std::memcmp(start.data(), ELFMAG, SELFMAG) != 0)
    file.fail("not a shared library (no ELF file)", build_remedy);
  if (start.size() < EI_NIDENT) file.fail_truncated();
  if (start[EI_CLASS] != ELFCLASS64 || start[EI_DATA] != ELFDATA2LSB)
    file.fail("built for another machine (not 64-bit little-endian)", "Build it on this kind of machine: x86-64.");
  const auto header = file.value<Elf64_Ehdr>(0);
  if (header.e_machine != EM_X86_64)
    file.fail(fmt::format("built for another machine (ELF machine {}, not x86-64)", header.e_machine),
              "Build it on this kind of machine: x86-64.");
  if (header.e_type != ET_DYN) file.fail("an ELF file, but not a shared library", build_remedy);
  return header;
}

/// A library cut short would be mapped by the dynamic loader and end the process with SIGBUS when first touched.
void require_complete(ElfFile& file, const Elf64_Ehdr& header) {
  const auto within = [&file](std::uint64_t offset, std::uint64_t count) {
    if (offset > file.size() || count > file.size() - offset) file.fail_truncated();
  };
  if (header.e_phnum == 0 || header.e_phentsize != sizeof(Elf64_Phdr))
    file.fail("an ELF file, but not a shared library", build_remedy);
  within(header.e_phoff, std::uint64_t{header.e_phnum} * header.e_phentsize);
  within(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize);
  for (std::uint64_t k = 0; k < header.e_phnum; ++k) {
    const auto segment = file.entry<Elf64_Phdr>(header.e_phoff, k);
    if (segment.p_type == PT_LOAD) within(segment.p_offset, segment.p_filesz);
  }
}

/// The reverie note among the notes in `data`; description and next note start at multiples of `alignment` from the
/// note.
std::optional<Note> find_note(const ElfFile& file, const std::vector<char>& data, std::uint64_t alignment) {
  const auto malformed = [&file](const std::string& what) { file.fail(what + " malformed", build_remedy); };
  const auto aligned = [alignment](std::uint64_t n) { return (n + alignment - 1) / alignment * alignment; };
  std::uint64_t at = 0;
  while (data.size() - at >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr header;
    std::memcpy(&header, data.data() + at, sizeof header);
    // Sizes are 32-bit numbers, so these sums of 64-bit numbers cannot overflow.
    const std::uint64_t name = at + sizeof header, description = at + aligned(sizeof header + header.n_namesz);
    if (description > data.size() || header.n_descsz > data.size() - description) malformed("its ELF notes are");
    const bool ours = header.n_type == REVERIE_NOTE_TYPE && header.n_namesz == sizeof REVERIE_NOTE_NAME &&
                      std::memcmp(data.data() + name, REVERIE_NOTE_NAME, sizeof REVERIE_NOTE_NAME) == 0;
    if (ours) {
      if (header.n_descsz < description_size) malformed("its version note is");
      std::uint32_t words[6];
      static_assert(sizeof words == description_size);
      std::memcpy(words, data.data() + description, sizeof words);
      return Note{words[0], words[1], words[2], words[3], words[4], words[5]};
    }
    at = std::min<std::uint64_t>(aligned(description + header.n_descsz), data.size());
  }
  return std::nullopt;
}

std::optional<Note> note_in_segments(ElfFile& file, const Elf64_Ehdr& header) {
  for (std::uint64_t k = 0; k < header.e_phnum; ++k) {
    const auto segment = file.entry<Elf64_Phdr>(header.e_phoff, k);
    if (segment.p_type != PT_NOTE || segment.p_filesz > largest_note_segment) continue;
    const auto data = file.bytes(segment.p_offset, segment.p_filesz);
    if (auto note = find_note(file, data, segment.p_align == 8 ? 8 : 4)) return note;
  }
  return std::nullopt;
}

std::optional<Note> note_in_sections(ElfFile& file, const Elf64_Ehdr& header) {
  if (header.e_shnum == 0 || header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shstrndx >= header.e_shnum)
    return std::nullopt;
  const std::string_view wanted(".note.reverie", sizeof ".note.reverie");  // with the zero that ends it in the file
  const auto names = file.entry<Elf64_Shdr>(header.e_shoff, header.e_shstrndx);
  for (std::uint64_t k = 0; k < header.e_shnum; ++k) {
    const auto section = file.entry<Elf64_Shdr>(header.e_shoff, k);
    if (section.sh_name >= names.sh_size || names.sh_size - section.sh_name < wanted.size()) continue;
    if (names.sh_offset > file.size()) file.fail_truncated();
    const auto name = file.bytes(names.sh_offset + section.sh_name, wanted.size());
    if (wanted != std::string_view(name.data(), name.size()) || section.sh_type == SHT_NOBITS ||
        section.sh_size > largest_note_segment)
      continue;
    return find_note(file, file.bytes(section.sh_offset, section.sh_size), 4);
  }
  return std::nullopt;
}

}  // namespace

Note read_note(const std::filesystem::path& path) {
  ElfFile file(path);
  const auto header = read_header(file);
  require_complete(file, header);
  if (auto note = note_in_segments(file, header)) return *note;
  if (auto note = note_in_sections(file, header)) return *note;
  file.fail("a shared library, but not a reverie plugin (it has no reverie version note)", build_remedy);
}

std::string refusal(const Note& note, std::uint32_t host_major, std::uint32_t host_minor) {
  if (note.major > host_major)
    return fmt::format("built for major {} of the plugin interface; this host has {}, which is older", note.major,
                       host_major);
  if (note.major < host_major)
    return fmt::format("built for major {} of the plugin interface; this host has {}, which is newer", note.major,
                       host_major);
  if (note.required_minor > host_minor)
    return fmt::format("needs version {}.{} of the plugin interface; this host has {}.{}", note.major,
                       note.required_minor, host_major, host_minor);
  if (host_major == 0 && note.built_minor != host_minor)
    return fmt::format(
        "built against version 0.{} of the plugin interface; this host has 0.{}, and versions before 1.0 must be equal",
        note.built_minor, host_minor);
  return "";
}

}  // namespace reverie::plugin
