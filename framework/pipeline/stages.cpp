// SPDX-License-Identifier: BSD-3-Clause
#include <limits>
#include <pipeline/stages.hpp>

namespace reverie::pipeline {
namespace {

using plugin::json;
using plugin::ParameterSpec;

constexpr double infinity = std::numeric_limits<double>::infinity();

ParameterSpec text(const char* name, const char* doc, std::optional<json> value = {}) {
  ParameterSpec spec;
  spec.name = name, spec.type = REVERIE_TEXT, spec.doc = doc, spec.default_value = std::move(value);
  return spec;
}
ParameterSpec integer(const char* name, double minimum, const char* doc, std::optional<json> value = {},
                      double maximum = infinity) {
  ParameterSpec spec;
  spec.name = name, spec.type = REVERIE_INTEGER, spec.unit = "1", spec.doc = doc, spec.default_value = std::move(value);
  spec.minimum = minimum, spec.maximum = maximum, spec.maximum_open = maximum == infinity;
  return spec;
}
ParameterSpec number(const char* name, double minimum, bool open, const char* doc, std::optional<json> value = {}) {
  ParameterSpec spec;
  spec.name = name, spec.type = REVERIE_NUMBER, spec.unit = "1", spec.doc = doc, spec.default_value = std::move(value);
  spec.minimum = minimum, spec.minimum_open = open, spec.maximum_open = true;
  return spec;
}
ParameterSpec number_any(const char* name, const char* doc, double value) {
  auto spec = number(name, -infinity, true, doc, value);
  return spec;
}
ParameterSpec below_one(const char* name, const char* doc, double value) {
  auto spec = number(name, 0, false, doc, value);
  spec.maximum = 1;
  return spec;
}
ParameterSpec boolean(const char* name, const char* doc, bool value) {
  ParameterSpec spec;
  spec.name = name, spec.type = REVERIE_BOOLEAN, spec.doc = doc, spec.default_value = value;
  return spec;
}
ParameterSpec choice(const char* name, std::vector<std::string> choices, const char* doc,
                     std::optional<json> value = {}) {
  ParameterSpec spec;
  spec.name = name, spec.type = REVERIE_CHOICE, spec.doc = doc, spec.choices = std::move(choices);
  spec.default_value = std::move(value);
  return spec;
}

ParameterSpec precision() {
  return choice("precision", {"float32", "bfloat16", "bfloat16_emulated"},
                "Number format of the operands of matrix products.", "float32");
}

/// Draws are 24 bits of a random stream's number, trials 32 bits of its counter.
constexpr double last_draw = (1 << 24) - 1;
constexpr double most_trials = 4294967296.0;
/// What Slurm can count.
constexpr double most_tasks = 4000001;
constexpr double most_cpus = 65535;
/// Sizes beyond these are mistakes: their arrays would not fit into any memory.
constexpr double most_units = 1e6, most_steps = 1e6, most_rows = 1e6;

}  // namespace

const std::vector<std::string>& stage_kinds() {
  static const std::vector<std::string> kinds = {"train", "import", "simulate", "measure", "gather", "figure"};
  return kinds;
}

const std::vector<std::string>& recordable() {
  static const std::vector<std::string> variables = {"state", "output"};
  return variables;
}

const TableKeys& top_level_keys() {
  static const TableKeys keys = {
      {text("title", "Title of the report; default: the name of the file."),
       integer("seed", 0, "Seed of everything that does not name its own.", 0),
       text("scale", "The table [scales.NAME] that is laid over the pipeline.", "")},
      {"plugins", "include", "axes", "task", "network", "stage", "claim", "slurm", "scales"}};
  return keys;
}

const TableKeys& network_keys() {
  static const TableKeys keys = {
      {number("noise", 0, false, "Standard deviation of the state noise per step when awake.", 0.01),
       choice("noise_kind", {"gaussian", "uniform01"}, "Distribution of the state noise.", "gaussian"),
       number("input_noise", 0, false, "Standard deviation of the noise added to inputs.", 0.0),
       number("output_noise", 0, false, "Standard deviation of the noise added to outputs.", 0.0),
       boolean("encoder_bias", "Trained bias of the encoder.", false),
       boolean("readout_bias", "Trained bias of the readout.", false)},
      {"cell"}};
  return keys;
}

const TableKeys& cell_keys() {
  static const TableKeys keys = {{integer("units", 1, "Number of recurrent units.", {}, most_units)}, {"plugin"}};
  return keys;
}

const TableKeys& common_keys() {
  static const TableKeys keys = {
      {boolean("when_needed", "The stage runs only at points where another stage or a claim needs it.", false)}, {}};
  return keys;
}

const TableKeys& train_keys() {
  static const TableKeys keys = {
      {text("run", "Kind of the stage."), text("task", "Name of a [task.NAME]."),
       text("network", "Name of a [network.NAME]."),
       integer("batches", 0, "Training batches, one Adam step each; 0 leaves the network untrained.", 1000),
       integer("batch_size", 1, "Trials per batch.", 200, most_rows),
       integer("steps", 1, "Steps of a trial; default: the task's.", {}, most_steps),
       integer("seed", 0, "Seed of weights, constants, trials and noise; default: the pipeline's."),
       integer("mask", 1, "Input is kept on every mask-th step and zero otherwise.", 1),
       number("learning_rate", 0, true, "Step size of Adam.", 1e-3),
       below_one("beta1", "Decay of Adam's first moment.", 0.9),
       below_one("beta2", "Decay of Adam's second moment.", 0.999),
       number("epsilon", 0, true, "Adam's guard against division by zero.", 1e-8), precision(),
       integer("checkpoint_every", 0,
               "Steps between kept states; those between are computed again. 0: all steps are kept.", 0, most_steps)},
      {"dynamics", "evaluate"}};
  return keys;
}

const TableKeys& import_keys() {
  static const TableKeys keys = {
      {text("run", "Kind of the stage."), text("task", "Name of a [task.NAME]."),
       text("network", "Name of a [network.NAME]."),
       text("file", "Weights as .safetensors or .npz, relative to the pipeline's file."),
       text("constants", "File with the task's constants, or \"drawn\"; default: they are in `file`.", ""),
       integer("seed", 0, "Seed of constants that are drawn, and of simulations; default: the pipeline's.")},
      {"map"}};
  return keys;
}

const TableKeys& evaluate_keys() {
  static const TableKeys keys = {{integer("every", 1, "Batches between evaluations."),
                                  integer("trials", 1, "Trials of the fixed evaluation batch.", 200, most_rows)},
                                 {}};
  return keys;
}

const TableKeys& simulate_keys() {
  static const TableKeys keys = {
      {text("run", "Kind of the stage."), text("task", "Without `of`: name of a [task.NAME].", ""),
       text("network", "Without `of`: name of a [network.NAME], with fresh weights.", ""),
       choice("phase", {"awake", "quiescent"}, "With input and awake noise, or without input."),
       integer("trials", 1, "Number of trials.", 200, most_trials),
       integer("steps", 1, "Steps of a trial; default: those of the training, or the task's.", {}, most_steps),
       integer("seed", 0, "Seed of trials and noise; default: the training's, or the pipeline's."),
       integer("draw", 0, "Another draw with the same seed.", 0, last_draw),
       integer("mask", 1, "Input is kept on every mask-th step; default: the training's."), precision(),
       boolean("compress", "Deflate large variables (slow).", false)},
      {"of", "noise", "record", "dynamics", "start"}};
  return keys;
}

const TableKeys& start_keys() {
  static const TableKeys keys = {
      {integer("step", 0, "The state after this step, the first being 0; default: the last.", nullptr, most_steps)},
      {"of", "at"}};
  return keys;
}

const TableKeys& noise_keys() {
  static const TableKeys keys = {
      {number("factor", 0, false, "State noise as a multiple of the network's.", nullptr),
       number("value", 0, false, "Standard deviation of the state noise per step.", nullptr),
       choice("kind", {"gaussian", "uniform01"}, "Its distribution; default: the network's.", nullptr)},
      {}};
  return keys;
}

const TableKeys& measure_keys() {
  static const TableKeys keys = {{text("run", "Kind of the stage."),
                                  integer("draw", 0, "Another draw of the metric's random numbers.", 0, last_draw)},
                                 {"metric"}};
  return keys;
}

const TableKeys& gather_keys() {
  static const TableKeys keys = {{text("run", "Kind of the stage."),
                                  choice("reduce", {"mean", "median"}, "What becomes of the axes of `over`.", "mean")},
                                 {"of", "at", "over", "value"}};
  return keys;
}

const TableKeys& claim_keys() {
  static const TableKeys keys = {
      {text("text", "The claim in words.", ""), number_any("factor", "Multiplies what is compared with.", 1.0),
       number_any("margin", "By how much the value must be above or below; negative: by how much it may miss.", 0.0)},
      {"value", "above", "below", "for_all", "over"}};
  return keys;
}

const TableKeys& quantity_keys() {
  static const TableKeys keys = {
      {text("name", "The result's variable."), choice("reduce", {"none", "mean", "min", "max", "first", "last"},
                                                      "One number out of a variable with dimensions.", "none")},
      {"of", "at"}};
  return keys;
}

const TableKeys& figure_keys() {
  static const TableKeys keys = {{text("run", "Kind of the stage."), text("title", "Title above the figure.", ""),
                                  text("section", "Heading of the report under which it stands.", "")},
                                 {"draw"}};
  return keys;
}

const TableKeys& slurm_keys() {
  static const TableKeys keys = {
      {text("partition", "Partition of the jobs.", ""), text("account", "Account that is charged.", ""),
       text("qos", "Quality of service.", ""), text("time", "Limit of a task's time, as sbatch takes it.", ""),
       text("memory", "Memory of a task.", ""),
       integer("cpus", 1, "Processors of a task, or of each rank.", 1, most_cpus),
       integer("ranks", 1, "Processes of a training or simulation, started by srun.", 1, most_cpus),
       text("mpi", "How the ranks find each other, as srun --mpi takes it.", "pmix"),
       integer("array_limit", 0, "Tasks of an array; 0: as many as the cluster takes.", 0, most_tasks),
       integer("at_once", 0, "Tasks of an array that may run at a time; 0: all.", 0, most_tasks),
       integer("requeue", 0,
               "How often a task may start again, after its time has run out or another job took its place.", 20,
               1000)},
      {"stages_per_task", "modules", "setup", "extra"}};
  return keys;
}

const TableKeys& stages_per_task_keys() {
  static const TableKeys keys = {{integer("train", 1, "Trainings.", 1), integer("import", 1, "Imports.", 10),
                                  integer("simulate", 1, "Simulations.", 1), integer("measure", 1, "Measures.", 10)},
                                 {}};
  return keys;
}

}  // namespace reverie::pipeline
