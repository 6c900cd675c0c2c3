// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numbers>
#include <pipeline/planner.hpp>

namespace reverie::pipeline {
namespace {

struct StateNoise {
  double sigma;
  std::optional<std::string> kind;  ///< where it is not the network's
};

/// noise = { factor = x, kind = "..." }, or { value = x }; nullopt when something is wrong. `resolved` gets the table
/// as it counts. Quiescence defaults to a factor of √2 (Langevin sampling needs twice the variance).
std::optional<StateNoise> read_noise(const Reading& reading, const std::string& path, const json& table, bool quiescent,
                                     const json& network, json& resolved) {
  resolved = json::object();
  if (table.contains("noise")) {
    const auto noise_path = join(path, "noise");
    if (!require_table(reading, noise_path, table["noise"], "{ factor = 1.0 } or { value = 0.01 }"))
      return std::nullopt;
    auto checked = check_table(reading, noise_path, table["noise"], noise_keys());
    if (!checked.good) return std::nullopt;
    std::erase_if(checked.values.get_ref<json::object_t&>(), [](const auto& item) { return item.second.is_null(); });
    resolved = checked.values;
    if (resolved.empty() || (resolved.contains("factor") && resolved.contains("value"))) {
      reading.diagnostics.at_value(noise_path, "'noise' must have either 'factor' (of the network's noise) or 'value'");
      return std::nullopt;
    }
  }
  if (!resolved.contains("value") && !resolved.contains("factor"))
    resolved["factor"] = quiescent ? std::numbers::sqrt2 : 1.0;
  StateNoise noise = {resolved.contains("value") ? resolved["value"].get<double>()
                                                 : resolved["factor"].get<double>() * network.value("noise", 0.0),
                      {}};
  if (resolved.contains("kind") && resolved["kind"] != network.value("noise_kind", json()))
    noise.kind = resolved["kind"];
  return noise;
}

/// record = ["state", "output"]; nullopt when something is wrong.
std::optional<std::vector<std::string>> read_record(const Reading& reading, const std::string& path,
                                                    const json& table) {
  std::vector<std::string> record;
  if (!table.contains("record")) return record;
  const auto record_path = join(path, "record");
  const auto wrong = [&](const std::string& where, const std::string& end) {
    reading.diagnostics.at_value(
        where, fmt::format("'record' must be an array out of \"{}\"{}", fmt::join(recordable(), "\", \""), end));
    return std::nullopt;
  };
  const json& list = table["record"];
  if (!list.is_array()) return wrong(record_path, "");
  for (std::size_t k = 0; k < list.size(); ++k) {
    if (!list[k].is_string()) return wrong(join(record_path, k), "");
    const auto name = list[k].get<std::string>();
    if (std::find(recordable().begin(), recordable().end(), name) == recordable().end())
      return wrong(join(record_path, k), fmt::format(", not \"{}\".{}", name, did_you_mean(name, recordable())));
    record.push_back(name);
  }
  // As a set: order and repetition change nothing.
  std::sort(record.begin(), record.end());
  record.erase(std::unique(record.begin(), record.end()), record.end());
  return record;
}

/// start = "fresh", "zero" or { of = "stage", step = n }.
struct StartPlan {
  engine::Start start = engine::Start::fresh;
  const Stage* source = nullptr;  ///< for Start::recording
  std::int64_t step = 0;
  json resolved = "fresh";
};

std::string lacks_states(const SimulateStage& source, const std::string& name) {
  if (source.options.record_state) return "";
  return fmt::format("the recording of '{}' has no 'state': add record = [\"state\"] to [stage.{}]", name, name);
}

/// nullopt when something is wrong; of a stage that is not there or of another kind the references have told.
std::optional<StartPlan> read_start(const Planning& planning, const std::string& stage_path, const json& table) {
  const Reading& reading = planning.reading;
  StartPlan plan;
  if (!table.contains("start")) return plan;
  const auto path = join(stage_path, "start");
  const json& value = table["start"];
  if (value == "fresh") return plan;
  if (value == "zero") {
    plan.start = engine::Start::zero;
    plan.resolved = value;
    return plan;
  }
  if (!value.is_object()) {
    const std::vector<std::string> names = {"fresh", "zero"};
    const auto given = value.is_string() ? value.get<std::string>() : "";
    const auto end = given.empty() ? "" : fmt::format(", not \"{}\".{}", given, did_you_mean(given, names));
    reading.diagnostics.at_value(
        path, fmt::format("'start' must be \"fresh\", \"zero\" or {{ of = \"STAGE\", step = n }}{}", end));
    return std::nullopt;
  }
  const auto checked = check_table(reading, path, value, start_keys());
  if (!checked.good) return std::nullopt;
  if (!value.contains("of")) {
    reading.diagnostics.at_value(path, "'of' is required in 'start': the name of a simulate stage");
    return std::nullopt;
  }
  plan.source = planning.find(join(path, "of"));
  if (plan.source == nullptr) return std::nullopt;
  const auto& name = plan.source->name;
  const auto& source = std::get<SimulateStage>(plan.source->work);
  if (const auto missing = lacks_states(source, name); !missing.empty()) {
    reading.diagnostics.at_value(join(path, "of"), missing);
    return std::nullopt;
  }
  const json& step = checked.values["step"];
  plan.start = engine::Start::recording;
  plan.step = step.is_null() ? source.options.steps - 1 : step.get<std::int64_t>();
  if (plan.step >= source.options.steps) {
    reading.diagnostics.at_value(
        join(path, "step"), fmt::format("'step' must be below {}, the number of steps of '{}' (the first is 0), not {}",
                                        source.options.steps, name, plan.step));
    return std::nullopt;
  }
  plan.resolved = value;
  plan.resolved["step"] = plan.step;
  return plan;
}

/// Whether the recording has a state for every trial and unit.
bool start_fits(const Reading& reading, const std::string& stage_path, const StartPlan& start, std::int64_t units,
                std::int64_t trials) {
  if (start.start != engine::Start::recording) return true;
  const auto path = join(join(stage_path, "start"), "of");
  const auto& source = std::get<SimulateStage>(start.source->work);
  const auto& name = start.source->name;
  const auto wrong = [&](const std::string& message) {
    reading.diagnostics.at_value(path, message);
    return false;
  };
  if (source.model.network.units != units)
    return wrong(fmt::format("the states of '{}' have {} units, and the network that runs here has {}", name,
                             source.model.network.units, units));
  if (source.options.trials < trials)
    return wrong(fmt::format("the recording of '{}' has {} trials, fewer than the {} that are to start from it", name,
                             source.options.trials, trials));
  return true;
}

/// Steps count from 0 in every recording, and noise is that of seed, draw, trial and step: fails where a simulation
/// goes on from a recording and would repeat its noise, or that of what it goes on from in turn.
bool noise_is_new(const Planning& planning, const std::string& stage_path, const StartPlan& start,
                  const engine::SimulationOptions& options) {
  for (const auto* stage = start.source; stage != nullptr;) {
    const auto& source = std::get<SimulateStage>(stage->work);
    const auto& other = source.options;
    if (other.quiescent == options.quiescent && other.seed == options.seed && other.draw == options.draw &&
        other.state_noise > 0 && options.state_noise > 0) {
      planning.reading.diagnostics.at_value(
          join(stage_path, "start"),
          fmt::format(
              "this would repeat the noise of '{}', which has the same 'seed' and 'draw'; give another one: draw = {}",
              stage->name, other.draw + 1));
      return false;
    }
    stage = other.start == engine::Start::recording ? &planning.stages[stage->inputs[source.start_input]] : nullptr;
  }
  return true;
}

/// The network that runs: that of a training or an import, or a fresh one.
struct Network {
  const Stage* training = nullptr;
  ModelPlan model;
  json defaults = json::object();
  std::string reference;  ///< path of the name of the training
};

std::optional<Network> find_network(Planning& planning, const std::string& path, const json& table) {
  const Reading& reading = planning.reading;
  Network network;
  if (table.contains("of")) {
    for (const char* key : {"task", "network"})
      if (table.contains(key))
        reading.diagnostics.at_key(join(path, key),
                                   fmt::format("'{}' has no meaning beside 'of': the training names it", key));
    network.reference = reference_path(join(path, "of"), table["of"]);
    network.training = planning.find(network.reference);
    if (network.training == nullptr) return std::nullopt;
    const auto* training = std::get_if<TrainStage>(&network.training->work);
    network.model = training ? training->model : std::get<ImportStage>(network.training->work).model;
    network.defaults = {
        {"seed", network.model.seed}, {"steps", network.model.steps}, {"mask", training ? training->options.mask : 1}};
    return network;
  }
  if (!table.contains("task") && !table.contains("network")) {
    reading.diagnostics.at_key(
        path, fmt::format("{}: 'of' is required: the training or import whose network runs (or 'task' and "
                          "'network' for fresh weights)",
                          label_of(path)));
    return std::nullopt;
  }
  for (const auto& [key, other] : {std::pair{"task", "network"}, {"network", "task"}})
    if (!table.contains(key)) {
      reading.diagnostics.at_key(path, fmt::format("{}: '{}' is required beside '{}': the name of a [{}.NAME]",
                                                   label_of(path), key, other, key));
      return std::nullopt;
    }
  const auto named = named_model(planning, path, table);
  if (named.task == nullptr || named.network == nullptr) return std::nullopt;
  network.model.task = *named.task;
  network.model.network = *named.network;
  network.defaults = {{"seed", planning.seed}, {"steps", make_task(*named.task)->steps()}, {"mask", 1}};
  return network;
}

}  // namespace

bool plan_simulate(Planning& planning, const json& table, Stage& stage) {
  const Reading& reading = planning.reading;
  const auto path = join("stage", stage.name);

  auto network = find_network(planning, path, table);
  const json placeholders = {{"seed", 0}, {"steps", 1}, {"mask", 1}};
  const auto checked = check_table(reading, path, table, simulate_keys(), network ? network->defaults : placeholders);
  json values = checked.values;
  bool good = checked.good;

  const bool quiescent = values.value("phase", "") == "quiescent";
  if (quiescent && table.contains("mask")) {
    reading.diagnostics.at_key(join(path, "mask"),
                               "'mask' has no meaning in a quiescent simulation: there is no input");
    good = false;
  }
  json noise;
  const auto state_noise =
      read_noise(reading, path, table, quiescent, network ? network->model.network.options : json::object(), noise);
  const auto record = read_record(reading, path, table);
  const auto dynamics = choose_dynamics(reading, path, table);
  const auto start = read_start(planning, path, table);
  const auto precision = good ? read_precision(reading, path, values) : std::nullopt;
  if (!good || !network || !state_noise || !record || !dynamics || !start || !precision) return false;
  if (!start_fits(reading, path, *start, network->model.network.units, values["trials"].get<std::int64_t>()))
    return false;

  SimulateStage work;
  work.trained = network->training != nullptr;
  work.compress = values["compress"].get<bool>();
  work.model = network->model;
  work.model.dynamics = *dynamics;
  work.model.steps = values["steps"].get<std::int64_t>();
  if (state_noise->kind) work.model.network.options["noise_kind"] = *state_noise->kind;
  if (!work.trained) work.model.seed = values["seed"].get<std::uint64_t>();
  if (!try_model(reading, path, work.model, false)) return false;

  auto& options = work.options;
  options.quiescent = quiescent;
  options.trials = values["trials"].get<std::int64_t>();
  options.steps = work.model.steps;
  options.seed = values["seed"].get<std::uint64_t>();
  options.draw = values["draw"].get<std::uint32_t>();
  options.state_noise = state_noise->sigma;
  options.mask = quiescent ? 1 : values["mask"].get<std::int64_t>();
  options.precision = *precision;
  options.start = start->start;
  work.start_step = start->step;
  if (!noise_is_new(planning, path, *start, options)) return false;
  options.record_state = std::find(record->begin(), record->end(), "state") != record->end();
  options.record_output = std::find(record->begin(), record->end(), "output") != record->end();

  if (quiescent) values.erase("mask");
  for (const char* key : {"task", "network"})
    if (values[key] == "") values.erase(key);
  values["noise"] = noise;
  values["record"] = *record;
  values["start"] = start->resolved;
  stage.settings = values;
  stage.settings["dynamics"] = settings_of(*dynamics);
  if (table.contains("of")) stage.settings["of"] = table["of"];

  stage.identity = values;
  if (*precision == numeric::Precision::full) stage.identity.erase("precision");
  stage.identity["noise"] = state_noise->sigma;
  stage.identity["dynamics"] = identity_of(*dynamics);
  stage.identity["engine"] = engine_identity();
  if (quiescent && work.model.network.options["output_noise"].get<double>() > 0)
    stage.identity["output_noise"] = "not that of awake trials";
  stage.plugins = {work.model.task.component, work.model.network.cell.component};
  for (const auto& use : *dynamics) stage.plugins.push_back(use.component);
  if (work.trained) {
    if (state_noise->kind) stage.identity["noise_kind"] = *state_noise->kind;
    stage.identity["of"] = network->training->fingerprint;
    stage.inputs = {planning.index_of(network->reference)};
  } else {
    stage.identity["task"] = identity_of(work.model.task);
    stage.identity["network"] = identity_of(work.model.network);
  }
  if (start->source != nullptr) {
    stage.identity["start"] = {{"of", start->source->fingerprint}, {"step", start->step}};
    if (quiescent) stage.identity["start"]["directions"] = "those of the recording";
    work.start_input = stage.inputs.size();
    stage.inputs.push_back(planning.index_of(join(path, "start.of")));
  }
  stage.work = std::move(work);
  return true;
}

}  // namespace reverie::pipeline
