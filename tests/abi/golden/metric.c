/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Metric with two passes, an optional input and results of all flags: `mean` over all samples, `variance` [space] about
 * it from the second pass, `reference` (the mean of the optional input) where that is given. */
#include "golden.h"

#include <stdio.h>
#include <stdlib.h>

static reverie_status create(const reverie_host *host, const reverie_setting *setting, const reverie_value *values,
                             uint32_t value_count, uint32_t value_stride, void **instance, reverie_error *error) {
  (void)host, (void)setting, (void)values, (void)value_count, (void)value_stride, (void)instance, (void)error;
  return REVERIE_OK;
}
static void destroy(void *instance) { (void)instance; }

static const reverie_metric_input inputs[] = {
    {sizeof(reverie_metric_input), 0, "replay", "position", "trial time space", "Paths."},
    {sizeof(reverie_metric_input), REVERIE_INPUT_OPTIONAL, "reference", "endpoint", "direction space", "Ends."}};
static const reverie_metric_output outputs[] = {
    {sizeof(reverie_metric_output), 0, "mean", "", "input", "Mean of all samples."},
    {sizeof(reverie_metric_output), REVERIE_OUTPUT_GAPS, "variance", "space", "input^2", "Variance; NaN of one sample."},
    {sizeof(reverie_metric_output), REVERIE_OUTPUT_OPTIONAL, "reference_mean", "", "input", "Mean of the ends."}};
static const reverie_metric_layout the_layout = {
    sizeof(reverie_metric_layout), 2, 2, sizeof(reverie_metric_input), 3, sizeof(reverie_metric_output), inputs, outputs};
static const reverie_metric_layout *layout(const void *instance) {
  (void)instance;
  return &the_layout;
}

typedef struct run {
  const reverie_host *host;
  reverie_job *job;
  int64_t space;
  int has_reference;
  double sum, count, reference_sum, reference_count, mean, *squares;
} run;

static reverie_status begin(const void *instance, const reverie_host *host, reverie_job *job,
                            const reverie_stream *stream, const reverie_metric_source *sources, uint32_t source_stride,
                            void **made, reverie_error *error) {
  const reverie_metric_source *second = (const reverie_metric_source *)((const char *)sources + source_stride);
  char line[64];
  double draws[2];
  run *r = calloc(1, sizeof *r);
  (void)instance;
  if (!r) return golden_fail(error, REVERIE_MEMORY, -1, "out of memory");
  r->host = host;
  r->job = job;
  r->space = sources->shape.shape[2];
  r->has_reference = second->shape.ndim >= 0;
  r->squares = calloc((size_t)r->space, sizeof *r->squares);
  *made = r;
  host->random(stream, REVERIE_UNIFORM, 0, 0, 1, 2, draws);
  if (draws[0] == draws[1]) return golden_fail(error, REVERIE_INTERNAL, -1, "two equal draws");
  if (host->get_extension(host->context, "reverie.nothing/1")) return golden_fail(error, REVERIE_INTERNAL, -1, "a gift");
  snprintf(line, sizeof line, "host %u.%u, unit %s", host->major, host->minor, sources->unit);
  host->log(host->context, REVERIE_LOG_DEBUG, line);
  return r->squares ? REVERIE_OK : golden_fail(error, REVERIE_MEMORY, -1, "out of memory");
}

static double sample(const reverie_tensor *chunk, int64_t at) {
  return chunk->dtype == REVERIE_F32 ? (double)((const float *)chunk->data)[at] : ((const double *)chunk->data)[at];
}

static reverie_status add(void *state, uint32_t pass, uint32_t input, int64_t first_trial, const reverie_tensor *chunk,
                          reverie_error *error) {
  run *r = state;
  int64_t size = 1, k;
  (void)first_trial, (void)error;
  for (k = 0; k < chunk->ndim; ++k) size *= chunk->shape[k];
  for (k = 0; k < size && !r->host->should_stop(r->host->context); ++k) {
    const double x = sample(chunk, k);
    if (pass == 1 && input == 0) r->squares[k % r->space] += (x - r->mean) * (x - r->mean);
    if (pass == 0 && input == 0) r->sum += x;
    if (pass == 0 && input == 1) r->reference_sum += x;
  }
  if (pass == 0) *(input == 0 ? &r->count : &r->reference_count) += (double)size;
  return REVERIE_OK;
}

static reverie_status divide(void *state, int64_t begin_, int64_t end_) {
  run *r = state;
  int64_t k;
  for (k = begin_; k < end_; ++k) r->squares[k] /= r->count / (double)r->space;
  return REVERIE_OK;
}

static reverie_status emit(run *r, const char *name, double *values, int32_t ndim, int64_t length, reverie_error *error) {
  reverie_tensor value = {0};
  value.data = values;
  value.dtype = REVERIE_F64;
  value.ndim = ndim;
  value.shape[0] = length;
  value.stride[0] = 1;
  return r->host->emit_result(r->job, name, &value, error);
}

static reverie_status finish_pass(void *state, uint32_t pass, reverie_error *error) {
  run *r = state;
  reverie_status status;
  double reference;
  if (pass == 0) {
    r->mean = r->sum / r->count;
    return emit(r, "mean", &r->mean, 0, 0, error);
  }
  status = r->host->parallel_for(r->host->context, r->space, 1, divide, r);
  if (status != REVERIE_OK) return golden_fail(error, status, -1, "parallel_for failed");
  status = emit(r, "variance", r->squares, 1, r->space, error);
  if (status != REVERIE_OK || !r->has_reference) return status;
  reference = r->reference_sum / r->reference_count;
  return emit(r, "reference_mean", &reference, 0, 0, error);
}

static void end(void *state) {
  free(((run *)state)->squares);
  free(state);
}

static const reverie_metric slots = {sizeof(reverie_metric), 0, layout, begin, add, finish_pass, end};
const reverie_component golden_metric = {
    sizeof(reverie_component), REVERIE_KIND_METRIC, "golden_metric", "1.0.0", "Mean and variance.", 0, 1, 0, 0, 0, 0,
    create, destroy, &slots};
