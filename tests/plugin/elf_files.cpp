// SPDX-License-Identifier: BSD-3-Clause
/// Files that are no plugin, made here: none of them may crash the reader, and each gets its own sentence.
#include <doctest/doctest.h>
#include <elf.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <plugin/registry.hpp>

using namespace reverie::plugin;
namespace fs = std::filesystem;

namespace {

/// A file that lives as long as the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content)
      : path_(fs::temp_directory_path() / ("reverie_elf_" + std::to_string(::getpid()) + ".so")) {
    write(content);
  }
  ~TemporaryFile() { fs::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  void write(const std::string& content) const { std::ofstream(path_, std::ios::binary) << content; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string library() {
  std::ifstream file(BROKEN_FOLDER "/correct.so", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The library with one byte of its header replaced.
std::string with_byte(std::size_t at, char value) {
  auto content = library();
  content.at(at) = value;
  return content;
}

std::string message_for(const std::string& content) {
  const TemporaryFile file(content);
  try {
    Registry::instance().load(file.path());
  } catch (const PluginError& error) {
    CHECK(error.exit_code() == reverie::ExitCode::plugin);
    CHECK_FALSE(error.remedy().empty());
    return error.what();
  }
  FAIL("no PluginError");
  return "";
}

void check_mentions(const std::string& message, const std::string& part) {
  INFO(message);
  CHECK(message.find(part) != message.npos);
}

}  // namespace

TEST_CASE("each kind of file that is no plugin has its sentence") {
  check_mentions(message_for(""), "the file is empty");
  check_mentions(message_for("metric = \"kde\"\n"), "not a shared library");
  check_mentions(message_for("\x7f"), "not a shared library");
  check_mentions(message_for(library().substr(0, 10)), "truncated");
  check_mentions(message_for(library().substr(0, 60)), "truncated");
  check_mentions(message_for(library().substr(0, library().size() / 2)), "truncated");
  check_mentions(message_for(library().substr(0, library().size() - 1)), "truncated");
  check_mentions(message_for(with_byte(4, 1)), "not 64-bit");                            // EI_CLASS: 32 bits
  check_mentions(message_for(with_byte(5, 2)), "not 64-bit little-endian");              // EI_DATA: big-endian
  check_mentions(message_for(with_byte(18, char(183))), "ELF machine 183, not x86-64");  // e_machine: AArch64
  check_mentions(message_for(with_byte(16, 2)), "not a shared library");                 // e_type: ET_EXEC
}

TEST_CASE("a missing file and a folder are named as such") {
  CHECK_THROWS_WITH_AS(Registry::instance().load("/nowhere/plugin.so"),
                       doctest::Contains("/nowhere/plugin.so: No such file"), PluginError);
  CHECK_THROWS_WITH_AS(Registry::instance().load(BROKEN_FOLDER), doctest::Contains("not a file"), PluginError);
  CHECK_THROWS_WITH_AS(read_note("/nowhere/plugin.so"), doctest::Contains("/nowhere/plugin.so: no such file"),
                       PluginError);
}

TEST_CASE("the note of a plugin is read without loading it") {
  const auto note = read_note(BROKEN_FOLDER "/required_minor.so");
  CHECK(note.major == REVERIE_ABI_MAJOR);
  CHECK(note.built_minor == REVERIE_ABI_MINOR);
  CHECK(note.required_minor == 77);
  CHECK(note.sdk_major == 0);
  const auto by_sdk = read_note(REVERIE_PLUGIN_FOLDER "/underdamped.so");
  CHECK(by_sdk.required_minor == 0);
  CHECK(by_sdk.built_minor == REVERIE_ABI_MINOR);
  CHECK(by_sdk.sdk_major == 1);
}

TEST_CASE("a note that no program header announces is found by the name of its section") {
  auto content = library();
  Elf64_Ehdr header;
  std::memcpy(&header, content.data(), sizeof header);
  int notes = 0;
  for (std::size_t k = 0; k < header.e_phnum; ++k) {
    const auto at = header.e_phoff + k * sizeof(Elf64_Phdr);
    Elf64_Phdr segment;
    std::memcpy(&segment, content.data() + at, sizeof segment);
    if (segment.p_type != PT_NOTE) continue;
    segment.p_type = PT_NULL;
    std::memcpy(content.data() + at, &segment, sizeof segment);
    ++notes;
  }
  REQUIRE(notes > 0);
  const TemporaryFile file(content);
  CHECK(read_note(file.path()).built_minor == REVERIE_ABI_MINOR);
}

TEST_CASE("system libraries are libraries, but no plugins") {
  try {
    read_note("/lib/x86_64-linux-gnu/libm.so.6");
    FAIL("no PluginError");
  } catch (const PluginError& error) {
    check_mentions(error.what(), "not a reverie plugin");
    check_mentions(error.remedy(), "its source lacks a line REVERIE_CELL(");  // often forgotten
  }
}

TEST_CASE("a file damaged at any byte of its headers is read or refused, never a crash") {
  const auto whole = library();
  const TemporaryFile file(whole);
  std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&bytes](std::size_t at, char value) {
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(value).flush();
  };
  int read = 0, refused = 0;
  const auto try_to_read = [&] {
    try {
      read_note(file.path());
      ++read;
    } catch (const PluginError&) {
      ++refused;
    }
  };
  // The program headers and notes at the start, the section headers at the end.
  for (std::size_t k = 0; k < 4000; ++k) {
    const std::size_t at = k < 1200 ? k : whole.size() - 4000 + k;
    for (const char value : {char(0), char(0x7f), char(0xff)}) {
      put(at, value);
      try_to_read();
    }
    put(at, whole[at]);
  }
  CHECK(read > 0);
  CHECK(refused > 0);
}
