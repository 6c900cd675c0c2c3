/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Task on a line with a constant, two directions and landmarks: s_0 is uniform in [0, 1), inputs are +-0.01 plus a
 * normal number / 100, s_{n+1} = s_n + x_n, encode(s) = gain s with gain = 1 + a uniform number. */
#include "golden.h"

static reverie_status create(const reverie_host *host, const reverie_setting *setting, const reverie_value *values,
                             uint32_t value_count, uint32_t value_stride, void **instance, reverie_error *error) {
  (void)host, (void)values, (void)value_stride, (void)instance; /* nothing to keep: *instance stays null */
  if (setting || value_count != 0) return golden_fail(error, REVERIE_INTERNAL, -1, "a setting or values for a task");
  return REVERIE_OK;
}
static void destroy(void *instance) { (void)instance; }

static const char *const latent_names[] = {"x"}, *const directions[] = {"up", "down"};
static const reverie_constant constants[] = {{sizeof(reverie_constant), 1, "gain", {1}}};
static const reverie_task_layout the_layout = {
    sizeof(reverie_task_layout), REVERIE_HAS_ENDPOINTS | REVERIE_HAS_MEAN_PATHS, 1, 1, 1, 1, 20, 0.02, latent_names, "m",
    "m", "1", 1, sizeof(reverie_constant), constants, 2, 0, directions};
static const reverie_task_layout *layout(const void *instance) {
  (void)instance;
  return &the_layout;
}

static reverie_status make_constants(const void *instance, const reverie_host *host, const reverie_stream *stream,
                                     const reverie_tensor *tensors, reverie_error *error) {
  (void)instance, (void)error;
  host->random(stream, REVERIE_UNIFORM, 0, 0, 1, 1, tensors[0].data);
  *(double *)tensors[0].data += 1;
  return REVERIE_OK;
}

static reverie_status generate(const void *instance, const reverie_host *host, const reverie_tensor *tensors,
                               const reverie_stream *stream, uint32_t first_trial, const reverie_tensor *latents,
                               const reverie_tensor *inputs, const reverie_tensor *drawn, reverie_error *error) {
  const int64_t steps = inputs->shape[1];
  int64_t trial, n;
  (void)instance, (void)tensors, (void)error;
  for (trial = 0; trial < latents->shape[0]; ++trial) {
    double *s = (double *)latents->data + trial * latents->stride[0];
    double *x = (double *)inputs->data + trial * inputs->stride[0];
    const uint32_t number = first_trial + (uint32_t)trial;
    const double direction = number % 2;
    host->random(stream, REVERIE_UNIFORM, number, 0, 1, 1, s);
    host->random(stream, REVERIE_NORMAL, number, 1, steps, 1, x);
    for (n = 0; n < steps; ++n) {
      x[n * inputs->stride[1]] = x[n] / 100 + (direction == 0 ? 0.01 : -0.01);
      s[(n + 1) * latents->stride[1]] = s[n * latents->stride[1]] + x[n];
    }
    ((double *)drawn->data)[trial * drawn->stride[0]] = direction;
  }
  return REVERIE_OK;
}

static reverie_status encode(const void *instance, const reverie_tensor *tensors, int32_t what,
                             const reverie_tensor *latents, const reverie_tensor *activity, reverie_error *error) {
  const double gain = *(const double *)tensors[0].data;
  int64_t row;
  (void)instance;
  if (what != REVERIE_ENCODE_TARGET && what != REVERIE_ENCODE_START)
    return golden_fail(error, REVERIE_UNSUPPORTED, -1, "an encoding that 1.0 does not have");
  for (row = 0; row < latents->shape[0]; ++row) {
    const double y = gain * ((const double *)latents->data)[row * latents->stride[0]];
    if (activity->dtype == REVERIE_F32)
      ((float *)activity->data)[row * activity->stride[0]] = (float)y;
    else
      ((double *)activity->data)[row * activity->stride[0]] = y;
  }
  return REVERIE_OK;
}

static reverie_status decode(const void *instance, const reverie_tensor *tensors, const reverie_tensor *outputs,
                             const reverie_tensor *latents, reverie_error *error) {
  const double gain = *(const double *)tensors[0].data;
  int64_t row;
  (void)instance, (void)error;
  for (row = 0; row < latents->shape[0]; ++row) {
    const int64_t at = row * outputs->stride[0];
    const double y =
        outputs->dtype == REVERIE_F32 ? (double)((const float *)outputs->data)[at] : ((const double *)outputs->data)[at];
    ((double *)latents->data)[row * latents->stride[0]] = y / gain;
  }
  return REVERIE_OK;
}

static reverie_status landmarks(const void *instance, const reverie_tensor *tensors, const reverie_tensor *endpoint,
                                const reverie_tensor *mean_path, reverie_error *error) {
  int64_t d, n;
  (void)instance, (void)tensors, (void)error;
  for (d = 0; d < 2; ++d) {
    const double speed = d == 0 ? 0.01 : -0.01;
    const int64_t steps = mean_path->shape[1] - 1;
    for (n = 0; n <= steps; ++n)
      ((double *)mean_path->data)[d * mean_path->stride[0] + n * mean_path->stride[1]] = 0.5 + speed * (double)n;
    ((double *)endpoint->data)[d * endpoint->stride[0]] = 0.5 + speed * (double)steps;
  }
  return REVERIE_OK;
}

static const reverie_task slots = {sizeof(reverie_task), 0, layout, make_constants, generate, encode, decode, landmarks};
const reverie_component golden_task = {
    sizeof(reverie_component), REVERIE_KIND_TASK, "golden_task", "1.0.0", "Walks on a line.", "nowhere", 1, 0, 0, 0, 0,
    create, destroy, &slots};
