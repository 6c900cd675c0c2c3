// SPDX-License-Identifier: BSD-3-Clause
/// Plugins of the later minor 1.9 in this host: refused where they require that minor and the host is older, else run.
#include <doctest/doctest.h>

#include <plugin/instance.hpp>

using namespace reverie::plugin;

namespace {

const std::string folder = LATER_FOLDER;

Dynamics made(const std::string& id) {
  reverie_setting setting{};
  setting.struct_size = sizeof setting;
  setting.units = 1;
  return Dynamics(Registry::instance().find(Kind::dynamics, id), json::object(), setting);
}

}  // namespace

TEST_CASE("a later plugin that requires nothing runs, whatever it fills") {
  const auto note = read_note(folder + "/later.so");
  CHECK(note.built_minor == 9);
  CHECK(note.required_minor == 0);
  Registry::instance().load(folder + "/later.so");
  const auto dynamics = made("later");
  CHECK_FALSE(dynamics.trainable());
  float drift[16] = {3};
  reverie_dynamics_block block{};
  block.struct_size = sizeof block;
  block.dtype = REVERIE_F32;
  block.rows = block.units = 1;
  block.drift = {drift, 16};
  dynamics.advance(block);
  CHECK(drift[0] == 6);
}

TEST_CASE("one that requires the later minor is refused by older hosts only") {
  const auto file = folder + "/later_required.so";
  CHECK(read_note(file).required_minor == 9);
#if REVERIE_ABI_MINOR < 9
  CHECK_THROWS_WITH_AS(Registry::instance().load(file),
                       ("plugin library " + std::filesystem::canonical(file).string() +
                        ": needs version 1.9 of the plugin interface; this host has 1.0")
                           .c_str(),
                       PluginError);
#else
  Registry::instance().load(file);
  made("later_required");
#endif
}
