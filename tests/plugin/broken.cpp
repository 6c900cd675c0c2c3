// SPDX-License-Identifier: BSD-3-Clause
/// Each library that breaks one rule, and the error it has to produce (tests/plugin/broken).
#include "blocks.hpp"

using namespace reverie::plugin;
using nlohmann::json;

namespace {

const std::string folder = BROKEN_FOLDER;

/// The message of the PluginError that `body` throws, with this exit code; fails the test where there is none.
template <class Body>
std::string message_of(Body&& body, reverie::ExitCode code = reverie::ExitCode::plugin) {
  try {
    body();
  } catch (const PluginError& error) {
    CHECK(error.exit_code() == code);
    return error.what();
  }
  FAIL("no PluginError");
  return "";
}

struct Case {
  const char* library;
  const char* message;
};

const Case refused[] = {
    {"no_note", "not a reverie plugin"},
    {"short_note", "version note is malformed"},
    {"long_note", "ELF notes are malformed"},
    {"other_major", "built for major 99 of the plugin interface; this host has 0, which is older"},
    {"required_minor", "needs version 0.77 of the plugin interface; this host has 0.1"},
    {"built_minor", "built against version 0.77 of the plugin interface; this host has 0.1"},
    {"no_entry", "it does not export reverie_plugin_entry_v0"},
    {"undefined_symbol", "it uses something that no library provides: undefined symbol: function_of_no_library"},
    {"missing_library",
     "a library it needs is missing: libvanished.so.7: cannot open shared object file: No such file or directory"},
    {"refuses", "it refused to start: the licence server does not answer"},
    {"refuses_silently", "it refused to start and gave no reason"},
    {"plugin_size_0", "the plugin table is too small: struct_size 0, at least 16 needed"},
    {"component_size_8", "component 0 is too small: struct_size 8, at least 88 needed"},
    {"table_size_8", "dynamics 'correct': its dynamics table is too small: struct_size 8, at least 16 needed"},
    {"no_components", "the plugin has no components"},
    {"bad_id", "the id 'Under-Damped' is not lower-case letters, digits and underscores"},
    {"empty_id", "the id '' is not lower-case letters"},
    {"null_id", "the id of component 0 is missing"},
    {"twice_the_id", "there are two dynamics components with the id 'twice'"},
    {"unknown_kind", "component 'correct': its kind 9 is unknown"},
    {"null_version", "dynamics 'correct': its version is missing"},
    {"null_create", "the required function 'create' is missing"},
    {"null_table", "its dynamics table is missing"},
    {"null_layout", "the required function 'layout' is missing"},
    {"bad_parameter_name", "the name 'Friction' of parameter 0 is not lower-case letters"},
    {"twice_the_parameter", "the name 'friction' of parameter 1 is taken already"},
    {"null_doc", "parameter 'friction': its doc is missing"},
    {"parameter_stride_8", "parameter 0 is too small"},
    {"unknown_type", "parameter 'friction': its type 12 is unknown"},
    {"default_of_other_type", "parameter 'friction': its default has another type than the parameter"},
    {"default_outside", "parameter 'friction': its default must be a number in [0, 1], not 1.5"},
    {"default_nan", "parameter 'friction': its default must be a number in [0, 1], not nan"},
    {"empty_range", "parameter 'friction': its range from 2 to 1 is empty"},
    {"nan_range", "parameter 'friction': its range from nan to 1 is empty"},
    {"no_choices", "parameter 'mode': it is a choice without choices"},
    {"default_choice_outside", "parameter 'mode': its default is choice 1 of 1"},
};

/// What refuses its parameters or lacks memory is not broken: the run fails.
const Case refusing_dynamics[] = {
    {"create_fails", "dynamics 'create_fails': create failed: parameter 'friction': 0.5 does not suit this network"},
    {"create_fails_silently",
     "dynamics 'create_fails_silently': create failed: parameter 'friction': out of memory (status -4)"},
};

const Case unusable_dynamics[] = {
    {"null_hook", "dynamics 'null_hook': its layout uses 'emit', but the function is missing"},
    {"memory_twice", "dynamics 'memory_twice': the name 'velocity' of memory 1 is taken already"},
    {"memory_9", "dynamics 'memory_9': 9 memory variables; up to 8 are possible"},
};

const Case unusable_cells[] = {
    {"cell_no_phase", "0 phases; 1 to 8 are possible"},
    {"cell_slot_phase", "slot 'candidate': its phase 1 is not below 1, the number of phases"},
    {"cell_phase_gap", "phase 2 has no slots"},
    {"cell_slot_stride", "slot 0 is too small"},
    {"cell_two_currents", "more than one slot receives currents"},
    {"cell_destination", "projection 'w_gated': its destination 3 is not one of the 3 slots"},
    {"cell_into_output", "projection 'w_gated': its destination 'gated' is not a drive"},
    {"cell_source", "projection 'w_gated': its source 9 is unknown"},
    {"cell_source_slot", "projection 'w_gated': its source slot 7 is not one of the 3 slots"},
    {"cell_from_drive", "projection 'w_gated': its source 'gate' is not an output of an earlier phase"},
    {"cell_from_same_phase", "projection 'w_gated': its source 'gated' is not an output of an earlier phase"},
    {"cell_reserved_name", "the name 'readout' of projection 1 is taken already"},
    {"cell_twice_the_name", "the name 'w_gate' of projection 1 is taken already"},
    {"cell_step_size", "its step size nan is not a positive number"},
};

}  // namespace

TEST_CASE("a library that breaks a rule is refused with the rule, its file and exit code 4") {
  for (const auto& [library, expected] : refused) {
    const auto file = folder + "/" + library + ".so";
    const auto load = [&file] { Registry::instance().load(file); };
    const auto message = message_of(load);
    INFO(message);
    CHECK(message.find(expected) != message.npos);
    CHECK(message.find(file) != message.npos);
    CHECK(message_of(load) == message);  // asking again gives the same answer
  }
}

TEST_CASE("messages of the dynamic loader come without Boost's tail") {
  for (const char* library : {"undefined_symbol", "missing_library"}) {
    const auto message = message_of([&] { Registry::instance().load(folder + "/" + library + ".so"); });
    CHECK(message.find("boost") == message.npos);
    CHECK(message.find("Bad file descriptor") == message.npos);
  }
}

TEST_CASE("a dynamics that breaks its contract fails when it is made, with its id") {
  for (const auto& [library, expected] : unusable_dynamics) {
    const auto message = message_of([name = library] { blocks::dynamics(name, json::object(), folder); });
    INFO(message);
    CHECK(message.find(expected) != message.npos);
  }
}

TEST_CASE("a dynamics that refuses to be made names itself and the parameter, and only the run fails") {
  for (const auto& [library, expected] : refusing_dynamics) {
    const auto message =
        message_of([name = library] { blocks::dynamics(name, json::object(), folder); }, reverie::ExitCode::run_failed);
    INFO(message);
    CHECK(message.find(expected) != message.npos);
  }
}

TEST_CASE("a cell whose layout is inconsistent fails when it is made, with its id") {
  for (const auto& [library, expected] : unusable_cells) {
    const auto message = message_of([name = library] { blocks::cell(name, json::object(), folder); });
    INFO(message);
    CHECK(message.find(expected) != message.npos);
    CHECK(message.find(library) != message.npos);
  }
}

TEST_CASE("a call that fails names component, slot and reason") {
  const auto d = blocks::dynamics("advance_fails", json::object(), folder);
  const auto message = message_of([&] { d.advance(reverie_dynamics_block{}); }, reverie::ExitCode::run_failed);
  CHECK(message ==
        "dynamics 'advance_fails': advance failed: the computation left the finite numbers, or did not converge "
        "(status -3)");
}
