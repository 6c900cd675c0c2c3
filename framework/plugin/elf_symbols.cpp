// SPDX-License-Identifier: BSD-3-Clause
/// The symbols that a library exports, read from its file.
#include <cxxabi.h>

#include <cstdlib>
#include <memory>
#include <plugin/elf_file.hpp>

namespace reverie::plugin {
namespace {

constexpr std::uint64_t largest_table = 1 << 28;

std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                    std::free);
  return text ? text.get() : name;
}

}  // namespace

std::vector<Export> read_exports(const std::filesystem::path& path) {
  ElfFile file(path);
  std::vector<Export> exports;
  const auto sections = file.sections();
  const auto content = [&](const Elf64_Shdr& section) {
    if (section.sh_size > largest_table) file.fail_truncated();
    return file.bytes(section.sh_offset, section.sh_size);
  };
  for (const auto& section : sections) {
    if (section.sh_type != SHT_DYNSYM || section.sh_link >= sections.size()) continue;
    const auto symbols = content(section), names = content(sections[section.sh_link]);
    for (std::size_t at = 0; at + sizeof(Elf64_Sym) <= symbols.size(); at += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol;
      std::memcpy(&symbol, symbols.data() + at, sizeof symbol);
      const auto binding = ELF64_ST_BIND(symbol.st_info);
      if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL || symbol.st_name >= names.size()) continue;
      const auto* name = names.data() + symbol.st_name;
      exports.push_back({demangled({name, ::strnlen(name, names.size() - symbol.st_name)}), binding == STB_GNU_UNIQUE});
    }
  }
  return exports;
}

}  // namespace reverie::plugin
