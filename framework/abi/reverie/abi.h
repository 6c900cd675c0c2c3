/* SPDX-License-Identifier: BSD-3-Clause
 *
 * reverie/abi.h - the binary interface between the reverie host and its plugins.
 *
 * A plugin is a shared library (ELF, x86-64) that brings one or more *components*: cells, dynamics, tasks
 * or metrics. Authors normally include reverie/{cell,dynamics,task,metric}.hpp, which sit on top of this file;
 * this file alone is enough to write a plugin in C99.
 *
 * One step of the simulation, and who owns what in it
 * ---------------------------------------------------
 *
 *   s      = emit(r, memory)                          each dynamics in order; default s = r
 *   drive  = sum of the cell's projections of s and x, and biases               the HOST multiplies
 *   drive += current(r, memory)                       each dynamics in order, memory as before this step
 *   drift  = cell pointwise function(drive, r)                                  the PLUGIN
 *   noise  = sigma * xi                                                         the HOST draws
 *   drift, noise = advance(drift, noise, r, memory)   each dynamics in order, updates its memory
 *   r     += drift + noise
 *
 * Invariants that every host and every plugin keep
 * ------------------------------------------------
 *
 *  1. Version. A plugin carries an ELF note {major, built_minor, required_minor, SDK version}, which the host reads
 *     before any code of the plugin runs. The plugin loads and runs in every host of the same major whose minor is at
 *     least `required_minor` (REVERIE_REQUIRES); `built_minor` and the SDK's version are information only.
 *  2. Size first. Structs that may grow start with `struct_size`, written by the side that fills the struct. A field
 *     exists if and only if its end is <= struct_size (REVERIE_HAS). A slot that is absent or null means "not
 *     provided". Structs without struct_size never change.
 *  3. Arrays of growing structs carry a stride in bytes next to their count. A struct_size, a stride or a count above
 *     65536 is taken for damage.
 *  4. The host owns every buffer that crosses the boundary. The plugin owns its opaque instance and its static strings
 *     (UTF-8) and tables; tables live as long as the process (plugins are never unloaded).
 *  5. No plugin function keeps a pointer it was given after it returns (but the reverie_host, and a metric's run the
 *     reverie_job and a copy of the reverie_stream that `begin` was given, until `end`), throws
 *     through this boundary, ends the process, changes the floating-point environment, or allocates something the host
 *     must free.
 *  6. Rows are independent: row b of an output depends on row b of the inputs only. What lies between the end of a row
 *     and the next is neither read nor written.
 *  7. An instance is immutable after `create`. All functions that take `const void *instance` may be called at the same
 *     time from several threads. On the host's worker threads denormal numbers count as zero.
 *  8. Equal calls give equal results: plugins draw random numbers from the streams they are given and from nothing else.
 *  9. Fields named `reserved` are written as 0 and not read. Flags a host does not know are ignored; any other value
 *     that it does not know (a kind, a type, a role) is an error.
 *
 * Errors: a function that can fail returns a status and, when it is not REVERIE_OK, fills the caller's reverie_error.
 *
 * How this file grows
 * -------------------
 *
 *  a. Within a major nothing that exists changes: no size, offset, value, meaning, nor what is required of a plugin.
 *  b. Structs grow at their end, enumerations by new values. The minor is raised.
 *  c. What is new stands within `#if REVERIE_REQUIRES >= MINOR`, so that a plugin that needs it says so or does not
 *     compile. Slots and fields that a plugin offers, and that an older host ignores without harm, stand free.
 *  d. A host passes to a plugin no value of an enumeration that is newer than what the plugin requires.
 *  e. What is to be tried first goes through reverie_host.get_extension.
 */
#ifndef REVERIE_ABI_H
#define REVERIE_ABI_H

#include <stddef.h>
#include <stdint.h>

#define REVERIE_ABI_MAJOR 1
#define REVERIE_ABI_MINOR 0

/* The lowest minor of a host that the plugin can run in. Authors who use what a later minor than 0 brought define it for
 * all sources of the plugin, as in -DREVERIE_REQUIRES=2. */
#ifndef REVERIE_REQUIRES
#define REVERIE_REQUIRES 0
#endif
#if REVERIE_REQUIRES > REVERIE_ABI_MINOR
#error "REVERIE_REQUIRES asks for a later minor of the plugin interface than these headers have"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Does `p->field` exist in a struct filled by a side that may know fewer fields? */
#define REVERIE_HAS(p, type, field) \
  ((p)->struct_size >= offsetof(type, field) + sizeof(((const type *)0)->field))

/* ---- status and errors ---------------------------------------------------------------------------------------- */

typedef int32_t reverie_status;
enum {
  REVERIE_OK = 0,
  REVERIE_INVALID = -1,     /* an argument or a parameter is not acceptable */
  REVERIE_UNSUPPORTED = -2, /* acceptable in principle, but this component does not do it */
  REVERIE_NUMERIC = -3,     /* the computation left the finite numbers, or did not converge */
  REVERIE_MEMORY = -4,      /* memory could not be had */
  REVERIE_INTERNAL = -5     /* a bug of the plugin's */
};

/* Owned by the caller, filled by the callee when it returns something other than REVERIE_OK. */
typedef struct reverie_error {
  int32_t code;        /* the status returned */
  int32_t param_index; /* index of the offending parameter in the schema, or -1 */
  char message[496];   /* UTF-8, zero-terminated: what is wrong and what would be right */
} reverie_error;

/* ---- the ELF note ----------------------------------------------------------------------------------------------
 * Section ".note.reverie", name "reverie", type REVERIE_NOTE_TYPE. Later notes may be longer. */

#define REVERIE_NOTE_NAME "reverie"
#define REVERIE_NOTE_TYPE 1

typedef struct reverie_note {
  uint32_t name_size, desc_size, type; /* ELF note header: 8, sizeof the rest after name, REVERIE_NOTE_TYPE */
  char name[8];                        /* "reverie", zero-terminated */
  uint32_t major, built_minor, required_minor;
  uint32_t sdk_major, sdk_minor, sdk_patch;
} reverie_note;

/* Defines the note: once per library, at file scope. The SDK's export macros do it. Arguments: the version of the SDK or
 * of the bindings that the plugin was built with; 0, 0, 0 for none. */
#define REVERIE_DEFINE_NOTE(sdk_major, sdk_minor, sdk_patch)                                                       \
  __attribute__((section(".note.reverie"), used, aligned(4))) static const reverie_note reverie_note_of_plugin = { \
      8, 24, REVERIE_NOTE_TYPE, REVERIE_NOTE_NAME, REVERIE_ABI_MAJOR, REVERIE_ABI_MINOR, REVERIE_REQUIRES,         \
      sdk_major, sdk_minor, sdk_patch}

/* ---- tensors ----------------------------------------------------------------------------------------------------
 * Row-major views. shape and stride are in elements; the last stride is 1. The meaning of the fields is that of
 * DLPack's. */

enum { REVERIE_F32 = 1, REVERIE_F64 = 2 };
enum { REVERIE_MAX_DIMS = 6 };

typedef struct reverie_tensor {
  void *data;
  int32_t dtype; /* REVERIE_F32 or REVERIE_F64 */
  int32_t ndim;  /* 0 to REVERIE_MAX_DIMS */
  int64_t shape[REVERIE_MAX_DIMS];
  int64_t stride[REVERIE_MAX_DIMS];
} reverie_tensor;

/* A matrix [rows, units] of the simulation: inner stride 1, `stride` elements from row to row (a multiple of 16;
 * data 64-byte aligned). The element type and the extents stand in the block that holds it. */
typedef struct reverie_rows {
  void *data;
  int64_t stride;
} reverie_rows;

/* ---- parameters -------------------------------------------------------------------------------------------------
 * A component lists its parameters in a static schema. The host checks what the user wrote against it (unknown
 * keys, types, ranges, choices), fills in the defaults and passes the values to `create` in the schema's order. */

enum {
  REVERIE_NUMBER = 1,  /* value.number */
  REVERIE_INTEGER = 2, /* value.integer */
  REVERIE_BOOLEAN = 3, /* value.integer: 0 or 1 */
  REVERIE_CHOICE = 4,  /* value.integer: index into the schema's choices; value.text: the choice itself */
  REVERIE_TEXT = 5,    /* value.text */
  REVERIE_NUMBERS = 6  /* value.numbers: [rows, columns], row-major; a flat list has rows = 1 */
};

typedef struct reverie_value {
  uint32_t struct_size;
  int32_t type; /* as in the schema */
  double number;
  int64_t integer;
  const char *text;
  const double *numbers;
  int64_t rows, columns;
} reverie_value;

enum { REVERIE_MINIMUM_OPEN = 1, REVERIE_MAXIMUM_OPEN = 2 };

typedef struct reverie_parameter {
  uint32_t struct_size;
  int32_t type;
  const char *name;                   /* the TOML key: lower case, digits, underscores */
  const char *symbol;                 /* as papers write it, or null */
  const char *unit;                   /* "1" for none; null for things that have none (choices, texts) */
  const char *doc;                    /* one sentence */
  const reverie_value *default_value; /* null: the user must give the parameter */
  double minimum, maximum;            /* of numbers, integers and every entry of lists; infinities: no limit */
  uint32_t range_flags;               /* REVERIE_MINIMUM_OPEN: minimum itself is excluded; likewise maximum */
  uint32_t choice_count;
  const char *const *choices;
} reverie_parameter;

/* ---- random streams ---------------------------------------------------------------------------------------------
 * Counter-based (Philox4x32-10): a value depends on the stream, the trial, the step and the unit, and on nothing
 * else; not on threads, order of calls or how many values are taken at once. Streams are handed to plugins by the
 * host; they are opaque values that may be copied during the call. */

typedef struct reverie_stream {
  uint64_t seed;
  uint32_t stream;
  uint32_t reserved;
} reverie_stream;

enum {
  REVERIE_UNIFORM = 1, /* [0, 1), multiples of 2^-32 */
  REVERIE_NORMAL = 2   /* mean 0, variance 1 */
};

/* ---- the host ---------------------------------------------------------------------------------------------------
 * Services for plugins; valid from the entry call to the end of the process, callable from any thread. */

typedef struct reverie_job reverie_job; /* one run of a metric, opaque */

enum { REVERIE_LOG_DEBUG = 0, REVERIE_LOG_INFO = 1, REVERIE_LOG_WARNING = 2 };

typedef struct reverie_host {
  uint32_t struct_size;
  uint32_t major, minor;
  uint32_t reserved;
  void *context;

  /* One line of text (UTF-8) for the user. */
  void (*log)(void *context, int32_t level, const char *text);

  /* 1 when the user wants to stop: return REVERIE_OK early; the result is thrown away. For loops of over a second. */
  int32_t (*should_stop)(void *context);

  /* out[n * units + k] = the value of unit k at step first_step + n of this trial, for n < steps. */
  void (*random)(const reverie_stream *stream, int32_t distribution, uint32_t trial, uint32_t first_step,
                 int64_t steps, int64_t units, double *out);

  /* Runs body(user, begin, end) over fixed partitions of [0, count) that do not depend on the number of
   * threads; partitions may run at the same time. Returns the first status that was not REVERIE_OK. */
  reverie_status (*parallel_for)(void *context, int64_t count, int64_t partition,
                                 reverie_status (*body)(void *user, int64_t begin, int64_t end), void *user);

  /* Metrics: hands over one declared output; the data are copied. Fails on an unknown name or wrong shape. */
  reverie_status (*emit_result)(reverie_job *job, const char *name, const reverie_tensor *value,
                                reverie_error *error);

  /* Experimental services, by "reverie.NAME/REVISION"; null where unknown. They may vanish with any release; what proves
   * itself becomes a field. */
  const void *(*get_extension)(void *context, const char *name);
} reverie_host;

/* ---- what a component is created for ------------------------------------------------------------------------- */

/* The network and task a cell or dynamics is going to work in. */
typedef struct reverie_setting {
  uint32_t struct_size;
  uint32_t direction_count; /* directions of travel of the task, or 0 */
  int64_t units, inputs, outputs, steps;
  double dt;                       /* time step of the task, s */
  double sigma;                    /* standard deviation of the awake noise per step */
  const reverie_tensor *endpoint;  /* [direction, latent], f64, or null */
  const reverie_tensor *mean_path; /* [direction, step 0..steps, latent], f64, or null */
} reverie_setting;

/* What every call of a step knows. */
typedef struct reverie_step {
  uint32_t struct_size;
  uint32_t quiescent; /* 1: no input arrives, as in sleep; 0: awake */
  int64_t step;       /* n, from 0 */
  double time;        /* n dt, s */
  double dt;          /* s */
  double step_size;   /* the cell's: alpha, or dt */
  double sigma;       /* standard deviation of the awake noise per step, whatever the phase */
} reverie_step;

/* ---- cells ----------------------------------------------------------------------------------------------------
 * A cell says what is linear (projections, done by the host) and what is pointwise (its functions). Work goes in
 * *phases*; a leaky RNN has one, a GRU two (gates; then the candidate, since U_h acts on g*r). A *slot* is a matrix
 * [rows, units]:
 *   - a drive slot receives the sum of the projections that name it as destination, before its phase's pointwise call;
 *   - an output slot is written by its phase's pointwise call and is the source of projections of later phases.
 * The pointwise call of the last phase writes the increment (the drift of this step) and updates the cell's memory, which
 * starts at zero at the beginning of every trial. */

enum { REVERIE_MAX_PHASES = 8, REVERIE_MAX_SLOTS = 64, REVERIE_MAX_MEMORY = 8 }; /* memory: of cells and dynamics */

enum { REVERIE_SLOT_DRIVE = 1, REVERIE_SLOT_OUTPUT = 2 };
enum { REVERIE_RECEIVES_CURRENT = 1 }; /* slot flag: the currents of dynamics are added to this drive (at most one) */

typedef struct reverie_slot {
  uint32_t struct_size;
  int32_t role;
  uint32_t phase;
  uint32_t flags;
  const char *name;
} reverie_slot;

enum {
  REVERIE_SOURCE_INPUT = 1, /* x; weights [units, inputs] */
  REVERIE_SOURCE_STATE = 2, /* s, what the dynamics emit; weights [units, units] */
  REVERIE_SOURCE_SLOT = 3,  /* an output slot of an earlier phase; weights [units, units] */
  REVERIE_SOURCE_ONE = 4    /* the constant 1: a bias; weights [units] */
};

typedef struct reverie_projection {
  uint32_t struct_size;
  int32_t source;
  uint32_t source_slot; /* for REVERIE_SOURCE_SLOT */
  uint32_t destination; /* a drive slot */
  const char *name;     /* weights are stored as "<name>.weight", a bias as "<name>" */
} reverie_projection;

enum { REVERIE_STATE_IS_OUTPUT = 1 }; /* no encoder and no readout; the state starts at the task's encoded start */

typedef struct reverie_cell_layout {
  uint32_t struct_size;
  uint32_t flags;
  uint32_t phase_count;
  uint32_t slot_count, slot_stride;
  uint32_t projection_count, projection_stride;
  uint32_t memory_count;
  const reverie_slot *slots;
  const reverie_projection *projections;
  const char *const *memory_names;
  double step_size; /* what one step of the state is multiplied by (alpha); 0: the task's dt */
} reverie_cell_layout;

/* One call of a cell. Pointers are valid for the duration of the call. */
typedef struct reverie_cell_block {
  uint32_t struct_size;
  int32_t dtype;
  uint32_t phase;
  uint32_t reserved;
  int64_t rows, units;
  const reverie_step *step;
  reverie_rows state;         /* r, read only */
  reverie_rows emitted;       /* s, read only; data null: s is r */
  reverie_rows increment;     /* out, last phase only */
  const reverie_rows *slots;  /* slot_count; drive slots of phases <= phase are readable */
  const reverie_rows *memory; /* memory_count; in and out in the last phase, read only before */

  /* Cotangents, for the vjp call only. All are accumulated into (+=), except where noted. */
  reverie_rows d_state;         /* += */
  reverie_rows d_emitted;       /* +=; data null when `emitted` is: then into d_state */
  reverie_rows d_increment;     /* in, last phase only */
  const reverie_rows *d_slots;  /* output slots of this phase: in; drive slots: += */
  const reverie_rows *d_memory; /* last phase: in: of the memory after the step, out: before it (replaced);
                                   earlier phases: += */
} reverie_cell_block;

typedef struct reverie_cell {
  uint32_t struct_size;
  uint32_t reserved;
  /* The structure of this instance; valid as long as the instance. Called once, after create and on the same thread. */
  const reverie_cell_layout *(*layout)(const void *instance);
  /* Called for each phase of each step, on worker threads, for some rows. */
  reverie_status (*pointwise)(const void *instance, const reverie_cell_block *block, reverie_error *error);
  /* The vector-Jacobian product of `pointwise`, with state, slots and memory as they were before that call.
   * Null: this cell is not trainable. */
  reverie_status (*vjp)(const void *instance, const reverie_cell_block *block, reverie_error *error);
} reverie_cell;

/* ---- dynamics --------------------------------------------------------------------------------------------------- */

enum {
  REVERIE_USES_EMIT = 1,
  REVERIE_USES_CURRENT = 2,
  REVERIE_USES_ADVANCE = 4,
  REVERIE_USES_NOISE_IN_VJP = 8 /* advance_vjp reads `drift` or `noise`; otherwise the host may leave both null there */
};

typedef struct reverie_dynamics_layout {
  uint32_t struct_size;
  uint32_t uses; /* which hooks an instance with these parameters needs; others are not called */
  uint32_t memory_count;
  uint32_t reserved;
  const char *const *memory_names;
} reverie_dynamics_layout;

/* One call of a dynamics. `memory` starts at zero at the beginning of every trial. */
typedef struct reverie_dynamics_block {
  uint32_t struct_size;
  int32_t dtype;
  int64_t rows, units;
  const reverie_step *step;
  reverie_rows state;         /* r before this step, read only */
  reverie_rows emitted;       /* emit: in what earlier dynamics emitted (at first r), out what W_rec shall see */
  reverie_rows drive;         /* current: += the current */
  reverie_rows drift;         /* advance: in and out */
  reverie_rows noise;         /* advance: in and out */
  const reverie_rows *memory; /* memory_count; emit, current: read only, as before this step; advance: in and out */

  /* Cotangents, for the vjp calls only, with the values above as they were before the forward call. */
  reverie_rows d_state;         /* += */
  reverie_rows d_emitted;       /* emit_vjp: in: after the call, out: before it (replaced) */
  reverie_rows d_drive;         /* current_vjp: in */
  reverie_rows d_drift;         /* advance_vjp: in: after the call, out: before it (replaced) */
  reverie_rows d_noise;         /* advance_vjp: likewise */
  const reverie_rows *d_memory; /* advance_vjp: in: after the step, out: before it (replaced); others: += */
} reverie_dynamics_block;

typedef reverie_status (*reverie_dynamics_hook)(const void *instance, const reverie_dynamics_block *block,
                                                reverie_error *error);

typedef struct reverie_dynamics {
  uint32_t struct_size;
  uint32_t reserved;
  /* Valid as long as the instance. Called once, after create and on the same thread. */
  const reverie_dynamics_layout *(*layout)(const void *instance);
  /* Called at each step on worker threads, for some rows; only those that the layout's `uses` names. */
  reverie_dynamics_hook emit, current, advance;
  /* Null where the hook is used: not trainable through this dynamics (replay still works). */
  reverie_dynamics_hook emit_vjp, current_vjp, advance_vjp;
} reverie_dynamics;

/* ---- tasks ------------------------------------------------------------------------------------------------------
 * A task makes latents s (the true position, say) and inputs x (its change), and encodes latents into the activity
 * that the network is trained to put out. Latents have steps + 1 entries in time: entry 0 is the start, entry n + 1 is
 * where input n leads. Latents and inputs are float64; activity is float32 or float64 as the host asks. `constants` has
 * one tensor per declared constant, in the layout's order. Generate, encode and decode are called on worker threads. */

enum { REVERIE_ENCODE_TARGET = 1, REVERIE_ENCODE_START = 2 };
enum {
  REVERIE_HAS_ENDPOINTS = 1,  /* `landmarks` gives endpoint [direction, latent] */
  REVERIE_HAS_MEAN_PATHS = 2, /* `landmarks` gives mean_path [direction, steps + 1, latent] */
  REVERIE_LATENT_IS_ANGLE = 4 /* latents are angles in radians, wrapped to (-pi, pi] */
};

typedef struct reverie_constant {
  uint32_t struct_size;
  int32_t ndim;
  const char *name; /* stored with the weights as "task.<name>" */
  int64_t shape[REVERIE_MAX_DIMS];
} reverie_constant;

typedef struct reverie_task_layout {
  uint32_t struct_size;
  uint32_t flags;
  int64_t inputs, starts, outputs, latents; /* I, E, O, d */
  int64_t steps;                            /* default length of a trial, T */
  double dt;                                /* s */
  const char *const *latent_names;          /* "x", "y", ... */
  const char *latent_unit, *input_unit, *output_unit;
  uint32_t constant_count, constant_stride;
  const reverie_constant *constants;
  uint32_t direction_count, reserved; /* at least 1 */
  const char *const *direction_names;
} reverie_task_layout;

typedef struct reverie_task {
  uint32_t struct_size;
  uint32_t reserved;
  /* Valid as long as the instance. Called once, after create and on the same thread. */
  const reverie_task_layout *(*layout)(const void *instance);

  /* Draws the constants (place-cell centres, say), f64, once per training seed. Null: there are none. */
  reverie_status (*make_constants)(const void *instance, const reverie_host *host, const reverie_stream *stream,
                                   const reverie_tensor *constants, reverie_error *error);

  /* Trials first_trial, first_trial + 1, ...: latents [trials, steps + 1, d], inputs [trials, steps, I], and the
   * direction of each trial [trials] (as f64 numbers, 0 to direction_count - 1). A trial must not depend on how many are
   * asked for at once. */
  reverie_status (*generate)(const void *instance, const reverie_host *host, const reverie_tensor *constants,
                             const reverie_stream *stream, uint32_t first_trial, const reverie_tensor *latents,
                             const reverie_tensor *inputs, const reverie_tensor *directions, reverie_error *error);

  /* latents [rows, d] -> activity [rows, O] (what = REVERIE_ENCODE_TARGET) or [rows, E] (REVERIE_ENCODE_START). */
  reverie_status (*encode)(const void *instance, const reverie_tensor *constants, int32_t what,
                           const reverie_tensor *latents, const reverie_tensor *activity, reverie_error *error);

  /* outputs [rows, O] -> latents [rows, d]. */
  reverie_status (*decode)(const void *instance, const reverie_tensor *constants, const reverie_tensor *outputs,
                           const reverie_tensor *latents, reverie_error *error);

  /* Fills what the layout's flags announce; the other pointer is null. */
  reverie_status (*landmarks)(const void *instance, const reverie_tensor *constants, const reverie_tensor *endpoint,
                              const reverie_tensor *mean_path, reverie_error *error);
} reverie_task;

/* ---- metrics ----------------------------------------------------------------------------------------------------
 * A metric declares what it reads and what it gives. For each of its passes the host hands over every input: first
 * those without a leading "trial" dimension, whole; then the others in chunks of whole trials, role after role. Inputs of
 * one role advance together: the same trials of each, those with fewer dimensions first. All calls of one run come
 * from one thread.
 *
 * The first input of a role is the one that the user may replace by another variable. The later ones belong to it (the
 * recording's time, say); where they are optional, they are not given when the recording lacks them. */

enum { REVERIE_INPUT_OPTIONAL = 1 };

typedef struct reverie_metric_input {
  uint32_t struct_size;
  uint32_t flags;
  const char *role;     /* the key under which the user names a recording: "awake", "replay" */
  const char *variable; /* default variable of that recording: "position", "state", ... */
  const char *dims;     /* "trial time space"; separated by blanks */
  const char *doc;
} reverie_metric_input;

enum {
  REVERIE_OUTPUT_OPTIONAL = 1, /* may be left out of a run's results */
  REVERIE_OUTPUT_GAPS = 2      /* may hold NaN; `doc` says what is missing then. Elsewhere NaN and infinity are refused */
};

typedef struct reverie_metric_output {
  uint32_t struct_size;
  uint32_t flags;
  const char *name;
  const char *dims; /* "" for a single number; "trial", "step", ... */
  const char *unit; /* "1" for none; "input" for the unit of the first input, "input^2" for its square, "input/s"
                       for its rate */
  const char *doc;
} reverie_metric_output;

typedef struct reverie_metric_layout {
  uint32_t struct_size;
  uint32_t passes; /* how often the inputs are streamed, at least 1 */
  uint32_t input_count, input_stride;
  uint32_t output_count, output_stride;
  const reverie_metric_input *inputs;
  const reverie_metric_output *outputs;
} reverie_metric_layout;

/* What a run is given for one declared input. */
typedef struct reverie_metric_source {
  uint32_t struct_size;
  uint32_t reserved;
  const char *unit;     /* of the variable: "m", "rad"; "" where the recording names none */
  reverie_tensor shape; /* data null; ndim -1: an optional input that is not given */
} reverie_metric_source;

typedef struct reverie_metric {
  uint32_t struct_size;
  uint32_t reserved;
  /* Valid as long as the instance. Called once, after create and on the same thread. */
  const reverie_metric_layout *(*layout)(const void *instance);

  /* A run begins: `sources` has one entry per declared input; valid during this call. `stream` is for resampling. *run
   * is the plugin's own, given back to the other calls. */
  reverie_status (*begin)(const void *instance, const reverie_host *host, reverie_job *job,
                          const reverie_stream *stream, const reverie_metric_source *sources, uint32_t source_stride,
                          void **run, reverie_error *error);
  /* Some trials of input `input`; float32 or float64, contiguous. A NaN is a missing sample. */
  reverie_status (*add)(void *run, uint32_t pass, uint32_t input, int64_t first_trial, const reverie_tensor *chunk,
                        reverie_error *error);
  /* All chunks of this pass were added; results are emitted in the last one. */
  reverie_status (*finish_pass)(void *run, uint32_t pass, reverie_error *error);
  /* Frees the run, whether it went well or not. */
  void (*end)(void *run);
} reverie_metric;

/* ---- components and the entry ---------------------------------------------------------------------------------- */

enum { REVERIE_KIND_CELL = 1, REVERIE_KIND_DYNAMICS = 2, REVERIE_KIND_TASK = 3, REVERIE_KIND_METRIC = 4 };

typedef struct reverie_component {
  uint32_t struct_size;
  int32_t kind;
  const char *id;             /* the name used in pipelines: lower case, digits, underscores; unique per kind */
  const char *version;        /* "1.0.0" */
  const char *doc;            /* what it is, in a sentence or a paragraph */
  const char *source;         /* paper and equation, or null */
  uint32_t results_revision;  /* raised by hand whenever equal parameters give other numbers than before */
  uint32_t parameter_count;
  uint32_t parameter_stride;
  uint32_t reserved;
  const reverie_parameter *parameters;
  /* Makes an instance, on any thread. values: parameter_count of them, checked against the schema. setting: for cells and
   * dynamics; null for tasks and metrics. *instance may stay null where there is nothing to keep. */
  reverie_status (*create)(const reverie_host *host, const reverie_setting *setting, const reverie_value *values,
                           uint32_t value_count, uint32_t value_stride, void **instance, reverie_error *error);
  /* Frees an instance that is not null, on any thread, after the last of its other calls. */
  void (*destroy)(void *instance);
  /* reverie_cell, reverie_dynamics, reverie_task or reverie_metric, by kind. */
  const void *table;
} reverie_component;

typedef struct reverie_plugin {
  uint32_t struct_size;
  uint32_t component_count;
  const reverie_component *const *components;
} reverie_plugin;

/* The one symbol that a library exports; its name carries the major. Called once, on the loading thread. Returns a table
 * that lives as long as the process, or null with `error` filled. */
#define REVERIE_ENTRY_NAME "reverie_plugin_entry_v1"
__attribute__((visibility("default"))) const reverie_plugin *reverie_plugin_entry_v1(const reverie_host *host,
                                                                                    reverie_error *error);

#ifdef __cplusplus
}
#endif
#endif
