// SPDX-License-Identifier: BSD-3-Clause
/// Reading the ELF note of a plugin library (abi.h, reverie_note). It is looked for in the PT_NOTE segments and, for
/// linkers that did not make one, in a section of its name.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <plugin/elf_file.hpp>
#include <string_view>

namespace reverie::plugin {
namespace {

constexpr std::uint64_t largest_note_segment = 1 << 20;
constexpr std::size_t description_size = sizeof(reverie_note) - offsetof(reverie_note, major);

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

std::optional<Note> note_in_segments(ElfFile& file) {
  const auto& header = file.header();
  for (std::uint64_t k = 0; k < header.e_phnum; ++k) {
    const auto segment = file.entry<Elf64_Phdr>(header.e_phoff, k);
    if (segment.p_type != PT_NOTE || segment.p_filesz > largest_note_segment) continue;
    const auto data = file.bytes(segment.p_offset, segment.p_filesz);
    if (auto note = find_note(file, data, segment.p_align == 8 ? 8 : 4)) return note;
  }
  return std::nullopt;
}

std::optional<Note> note_in_sections(ElfFile& file) {
  const std::string_view wanted(".note.reverie", sizeof ".note.reverie");  // with the zero that ends it in the file
  const auto sections = file.sections();
  if (file.header().e_shstrndx >= sections.size()) return std::nullopt;
  const auto& names = sections[file.header().e_shstrndx];
  for (const auto& section : sections) {
    if (section.sh_name >= names.sh_size || names.sh_size - section.sh_name < wanted.size()) continue;
    if (names.sh_offset > std::numeric_limits<std::uint32_t>::max()) file.fail_truncated();  // the sum cannot overflow
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
  if (auto note = note_in_segments(file)) return *note;
  if (auto note = note_in_sections(file)) return *note;
  file.fail("a shared library, but not a reverie plugin (it has no reverie version note)",
            "Give the file of a plugin. If it is one, its source lacks a line REVERIE_CELL(\"name\", Class), "
            "REVERIE_DYNAMICS, REVERIE_TASK, REVERIE_METRIC or REVERIE_EXPORT.");
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
  return "";
}

}  // namespace reverie::plugin
