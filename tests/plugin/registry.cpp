// SPDX-License-Identifier: BSD-3-Clause
#include <xmmintrin.h>

#include <filesystem>
#include <fstream>

#include "blocks.hpp"

using namespace reverie::plugin;
namespace fs = std::filesystem;

namespace {

const std::string broken_folder = BROKEN_FOLDER;
const fs::path bundled = REVERIE_PLUGIN_FOLDER;

template <class Body>
std::string message_of(Body&& body) {
  try {
    body();
  } catch (const PluginError& error) {
    return error.what();
  }
  return "";
}

unsigned short x87_control() {
  unsigned short control = 0;
  __asm__ volatile("fnstcw %0" : "=m"(control));
  return control;
}

}  // namespace

TEST_CASE("loading a library again, also through a link, gives the same components") {
  auto& registry = Registry::instance();
  const auto first = registry.load(bundled / "underdamped.so");
  REQUIRE(first.size() == 1);
  CHECK(registry.load(bundled / "underdamped.so") == first);
  const auto link = fs::temp_directory_path() / ("reverie_link_" + std::to_string(::getpid()) + ".so");
  fs::remove(link);
  fs::create_symlink(bundled / "underdamped.so", link);
  CHECK(registry.load(link) == first);
  fs::remove(link);
  CHECK(first[0]->file == fs::canonical(bundled / "underdamped.so"));
}

TEST_CASE("a loaded component carries its schema and its words") {
  const auto& c = *Registry::instance().load(bundled / "underdamped.so").at(0);
  CHECK(c.kind == Kind::dynamics);
  CHECK(c.id == "underdamped");
  CHECK(c.version == "1.0.0");
  CHECK(c.results_revision == 1);
  CHECK_FALSE(c.doc.empty());
  CHECK_FALSE(c.source.empty());
  REQUIRE(c.schema.size() == 2);
  CHECK(c.schema[0].name == "friction");
  CHECK(c.schema[0].symbol == "λ_v");
  CHECK(c.schema[0].unit == "1");
  CHECK(c.schema[0].expected() == "number in (0, 1]");
  CHECK(c.schema[0].default_value == json(0.5));
  CHECK(c.schema[1].expected() == "one of \"plain\", \"fdt\"");
  CHECK(c.schema[1].default_value == json("plain"));
}

TEST_CASE("two libraries with one id, or a library and its copy: the second is refused, and both are named") {
  auto& registry = Registry::instance();
  const auto first = broken_folder + "/correct.so";
  CHECK(registry.load(first).size() == 2);
  const auto copy = fs::temp_directory_path() / ("reverie_copy_" + std::to_string(::getpid()) + ".so");
  fs::copy_file(first, copy, fs::copy_options::overwrite_existing);
  for (const auto& second : {broken_folder + "/same_id.so", copy.string()})
    CHECK(message_of([&] { registry.load(second); }) ==
          "plugin library " + second + ": dynamics 'correct' is already provided by " + first);
  fs::remove(copy);
}

TEST_CASE("inline code of the same name in two libraries, not hidden: each runs its own") {
  for (const auto& [name, factor] : {std::pair("clash_first", 2), std::pair("clash_second", 3)}) {
    const auto dynamics = blocks::dynamics(name, json::object(), broken_folder);
    float drift[16] = {1};
    reverie_dynamics_block block{};
    block.drift = {drift, 16};
    dynamics.advance(block);
    CHECK(drift[0] == factor);
  }
}

TEST_CASE("the exports of a library are read from its file") {
  const auto exports = read_exports(bundled / "underdamped.so");
  REQUIRE(exports.size() == 1);
  CHECK(exports[0].name == REVERIE_ENTRY_NAME);
  CHECK_FALSE(exports[0].unique);
}

TEST_CASE("a library that changes how the processor computes does not change it for the host") {
  const auto mxcsr = _mm_getcsr();
  const auto control = x87_control();
  CHECK(Registry::instance().load(broken_folder + "/changes_arithmetic.so").size() == 2);
  CHECK(Registry::instance().load(broken_folder + "/fast_math.so").size() == 2);
  CHECK(_mm_getcsr() == mxcsr);
  CHECK(x87_control() == control);
  volatile double denormal = 1e-310;
  CHECK(denormal * 0.5 != 0);
}

TEST_CASE("one library that cannot be loaded does not keep the others of its folder out") {
  const auto folder = fs::temp_directory_path() / ("reverie_folder_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  fs::copy_file(broken_folder + "/no_note.so", folder / "a.so", fs::copy_options::overwrite_existing);
  fs::remove(folder / "b.so");
  fs::create_symlink(bundled / "overdamped.so", folder / "b.so");
  std::ofstream(folder / "c.txt") << "not a library, and not asked for";
  const auto errors = Registry::instance().load_folders({folder / "missing", folder});
  REQUIRE(errors.size() == 2);
  CHECK(std::string(errors[0].what()).ends_with("missing: No such file or directory"));
  CHECK(std::string(errors[1].what()).find("a.so") != std::string::npos);
  CHECK(Registry::instance().find(Kind::dynamics, "overdamped").id == "overdamped");
  fs::remove_all(folder);
}

TEST_CASE("a name that does not exist is answered with the nearest of its kind, or with the kind it has") {
  auto& registry = Registry::instance();
  registry.load(bundled / "underdamped.so");
  registry.load(bundled / "leaky_rnn.so");
  CHECK(message_of([&] { registry.find(Kind::dynamics, "underdumped"); }) ==
        "there is no dynamics plugin 'underdumped'. Did you mean 'underdamped'?");
  CHECK(message_of([&] { registry.find(Kind::dynamics, "leaky_rnn"); }) ==
        "'leaky_rnn' is a cell plugin, not a dynamics plugin");
}

TEST_CASE("components are listed by kind, then id") {
  Registry::instance().load(bundled / "underdamped.so");
  Registry::instance().load(bundled / "leaky_rnn.so");
  const auto all = Registry::instance().all();
  CHECK(all.size() >= 2);
  for (std::size_t k = 1; k < all.size(); ++k)
    CHECK(std::pair(all[k - 1]->kind, all[k - 1]->id) < std::pair(all[k]->kind, all[k]->id));
}
