// SPDX-License-Identifier: BSD-3-Clause
/// Instances of components: create, call, destroy; failures become PluginError naming plugin and slot.
#pragma once

#include <functional>
#include <memory>
#include <plugin/calling.hpp>
#include <span>

namespace reverie::plugin {

/// Owns one instance of any kind. `parameters` are complete and checked (check_parameters).
class Instance {
 public:
  Instance(const Component& component, const json& parameters, const reverie_setting* setting);
  Instance(Instance&&) noexcept = default;
  Instance& operator=(Instance&&) noexcept = default;

  const Component& component() const { return *component_; }
  const void* get() const { return handle_.get(); }

  /// Throws PluginError for a status that is not REVERIE_OK: "cell 'gru': pointwise failed: ...".
  void require(reverie_status status, const reverie_error& error, const char* slot) const {
    if (status != REVERIE_OK) fail(status, error, slot);
  }
  /// Calls body(), a slot that cannot fail.
  template <class Body>
  auto ask(const char* slot, Body&& body) const {
    const CallingScope scope({component_, slot});
    try {
      return body();
    } catch (...) {
      threw(slot);
    }
  }
  /// Calls body(reverie_error*) and requires that it went well.
  template <class Body>
  void call(const char* slot, Body&& body) const {
    reverie_error error;  // its message is not cleared as a whole: hot calls come here
    error.code = REVERIE_OK;
    error.param_index = -1;
    error.message[0] = '\0';
    require(ask(slot, [&] { return body(&error); }), error, slot);
  }
  /// Throws the PluginError for a plugin that gave what no plugin may give: "task 'maze': its time step dt is 0 s".
  [[noreturn]] void broke_contract(const std::string& what) const;

 private:
  [[noreturn]] void fail(reverie_status status, const reverie_error& error, const char* slot) const;
  [[noreturn]] void threw(const char* slot) const;  ///< in a catch: what came through the interface

  struct Destroy {
    const Component* component;
    void operator()(void* instance) const {
      const CallingScope scope({component, "destroy"});
      component->table->destroy(instance);
    }
  };

  const Component* component_;
  std::unique_ptr<void, Destroy> handle_;
};

/// A slot of a cell with what the host needs to know about it; layouts are copied out of the ABI's strided arrays.
struct Slot {
  std::string name;
  bool is_drive = false, receives_current = false;
  std::uint32_t phase = 0;
};
struct Projection {
  std::string name;
  std::int32_t source = 0;
  std::uint32_t source_slot = 0, destination = 0;
};

class Cell {
 public:
  Cell(const Component& component, const json& parameters, const reverie_setting& setting);

  const Component& component() const { return instance_.component(); }
  const std::vector<Slot>& slots() const { return slots_; }
  const std::vector<Projection>& projections() const { return projections_; }
  const std::vector<std::string>& memory() const { return memory_; }
  std::uint32_t phases() const { return phases_; }
  bool state_is_output() const { return state_is_output_; }
  double step_size() const { return step_size_; }  ///< alpha; the task's dt where the cell names none
  bool trainable() const;

  void pointwise(const reverie_cell_block& block) const;
  void vjp(const reverie_cell_block& block) const;

 private:
  Instance instance_;
  const reverie_cell* table_;
  std::vector<Slot> slots_;
  std::vector<Projection> projections_;
  std::vector<std::string> memory_;
  std::uint32_t phases_ = 1;
  bool state_is_output_ = false;
  double step_size_ = 0;
};

class Dynamics {
 public:
  Dynamics(const Component& component, const json& parameters, const reverie_setting& setting);

  const Component& component() const { return instance_.component(); }
  bool uses(std::uint32_t hook) const { return (uses_ & hook) != 0; }  ///< REVERIE_USES_...
  const std::vector<std::string>& memory() const { return memory_; }
  bool trainable() const;

  void emit(const reverie_dynamics_block& block) const;
  void current(const reverie_dynamics_block& block) const;
  void advance(const reverie_dynamics_block& block) const;
  void emit_vjp(const reverie_dynamics_block& block) const;
  void current_vjp(const reverie_dynamics_block& block) const;
  void advance_vjp(const reverie_dynamics_block& block) const;

 private:
  void call(reverie_dynamics_hook hook, const char* name, const reverie_dynamics_block& block) const;

  Instance instance_;
  const reverie_dynamics* table_;
  std::uint32_t uses_ = 0;
  std::vector<std::string> memory_;
};

/// A row-major float64 array that owns its memory.
struct Array {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
  Array() = default;
  explicit Array(std::vector<std::int64_t> extents);
  /// Filled with NaN, so that what a plugin leaves unwritten shows.
  static Array unwritten(std::vector<std::int64_t> extents);
  reverie_tensor tensor() const;
};

/// A contiguous row-major tensor over existing memory.
reverie_tensor tensor_of(float* data, std::span<const std::int64_t> shape);
reverie_tensor tensor_of(double* data, std::span<const std::int64_t> shape);

struct TaskConstant {
  std::string name;
  Array value;
};

struct TaskBatch {
  Array latents;     ///< [trial, steps + 1, d]
  Array inputs;      ///< [trial, steps, I]
  Array directions;  ///< [trial]
};

class Task {
 public:
  Task(const Component& component, const json& parameters);

  const Component& component() const { return instance_.component(); }
  std::int64_t inputs() const { return inputs_; }
  std::int64_t starts() const { return starts_; }    ///< E
  std::int64_t outputs() const { return outputs_; }  ///< O
  std::int64_t latents() const { return latents_; }  ///< d
  std::int64_t steps() const { return steps_; }
  double dt() const { return dt_; }
  const std::vector<std::string>& latent_names() const { return latent_names_; }
  const std::string& latent_unit() const { return latent_unit_; }
  const std::string& input_unit() const { return input_unit_; }
  const std::string& output_unit() const { return output_unit_; }
  const std::vector<std::string>& directions() const { return directions_; }
  bool has_endpoints() const { return (flags_ & REVERIE_HAS_ENDPOINTS) != 0; }
  bool has_mean_paths() const { return (flags_ & REVERIE_HAS_MEAN_PATHS) != 0; }
  bool latent_is_angle() const { return (flags_ & REVERIE_LATENT_IS_ANGLE) != 0; }
  /// Names and shapes of the constants (values zero).
  const std::vector<TaskConstant>& constant_shapes() const { return constants_; }

  std::vector<TaskConstant> make_constants(const reverie_stream& stream) const;
  TaskBatch generate(const std::vector<TaskConstant>& constants, const reverie_stream& stream,
                     std::uint32_t first_trial, std::int64_t trials, std::int64_t steps) const;
  /// The same calls into memory of the caller's, which looks at what is written.
  void make_constants(const reverie_stream& stream, const std::vector<reverie_tensor>& constants) const;
  void generate(const std::vector<TaskConstant>& constants, const reverie_stream& stream, std::uint32_t first_trial,
                const reverie_tensor& latents, const reverie_tensor& inputs, const reverie_tensor& directions) const;
  /// latents [rows, d] -> activity [rows, O] or [rows, E]; activity is float32 or float64. Targets are many: whether
  /// they are finite is asked (require_finite) once a loss is not.
  void encode(const std::vector<TaskConstant>& constants, std::int32_t what, const reverie_tensor& latents,
              const reverie_tensor& activity) const;
  void require_finite(const reverie_tensor& activity) const;
  /// outputs [rows, O] -> latents [rows, d]; finite, and within float32, where the outputs are.
  void decode(const std::vector<TaskConstant>& constants, const reverie_tensor& outputs,
              const reverie_tensor& latents) const;
  /// endpoint [direction, d] and mean_path [direction, steps + 1, d]; empty arrays where the task has none.
  std::pair<Array, Array> landmarks(const std::vector<TaskConstant>& constants, std::int64_t steps) const;
  void landmarks(const std::vector<TaskConstant>& constants, const reverie_tensor& endpoint,
                 const reverie_tensor& mean_path) const;

 private:
  Instance instance_;
  const reverie_task* table_;
  std::int64_t inputs_, starts_, outputs_, latents_, steps_;
  double dt_;
  std::uint32_t flags_;
  std::vector<std::string> latent_names_, directions_;
  std::string latent_unit_, input_unit_, output_unit_;
  std::vector<TaskConstant> constants_;
};

struct MetricInput {
  std::string role, variable, doc;
  std::vector<std::string> dims;
  bool optional = false;
};
struct MetricOutput {
  std::string name, unit, doc;
  std::vector<std::string> dims;
  bool optional = false, gaps = false;  ///< may be absent from a run; may hold NaN
};
struct MetricResult {
  MetricOutput declared;
  Array value;
};

class Metric {
 public:
  Metric(const Component& component, const json& parameters);

  const Component& component() const { return instance_.component(); }
  const std::vector<MetricInput>& inputs() const { return inputs_; }
  const std::vector<MetricOutput>& outputs() const { return outputs_; }
  std::uint32_t passes() const { return passes_; }

  /// A source of chunks for one input: shape of the whole, and trials [first, first + count) of it as a contiguous
  /// tensor.
  struct Source {
    std::vector<std::int64_t> shape;
    bool given = false;  ///< an optional one may not be
    std::function<reverie_tensor(std::int64_t first, std::int64_t count)> read;
    std::int64_t chunk_trials = 100;
    std::string unit = {};   ///< "" where the recording names none
    std::string place = {};  ///< file and variable, for messages; may be empty
  };
  /// Streams the sources through the metric; one per declared input. Throws PluginError when the metric fails, naming
  /// the places it was reading, or does not emit what it declared.
  std::vector<MetricResult> run(const std::vector<Source>& sources, const reverie_stream& stream) const;
  /// Whether an input belongs to an earlier one of its role, and may be missing from that recording.
  bool is_extra(std::size_t input) const;

 private:
  std::vector<reverie_metric_source> described(const std::vector<Source>& sources) const;
  void stream_inputs(void* run, std::uint32_t pass, const std::vector<Source>& sources) const;
  Instance instance_;
  const reverie_metric* table_;
  std::vector<MetricInput> inputs_;
  std::vector<MetricOutput> outputs_;
  std::uint32_t passes_ = 1;
};

}  // namespace reverie::plugin
