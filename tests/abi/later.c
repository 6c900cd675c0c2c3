/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A plugin of the later minor 1.9, which fills everything that minor knows: a host that does not know it must neither call
 * nor mind it. drift' = 2 drift. */
#include <reverie/abi.h>
#include <stdlib.h>

REVERIE_DEFINE_NOTE(1, 9, 0);

static reverie_status create(const reverie_host *host, const reverie_setting *setting, const reverie_value *values,
                             uint32_t value_count, uint32_t value_stride, void **instance, reverie_error *error) {
  (void)host, (void)values, (void)value_count, (void)value_stride, (void)instance;
#ifdef USES_LATER
  if (!REVERIE_HAS(setting, reverie_setting, later)) return error->code = REVERIE_UNSUPPORTED;
  return setting->later[0] == 0 ? REVERIE_OK : (error->code = REVERIE_INTERNAL);
#else
  (void)setting, (void)error;
  return REVERIE_OK;
#endif
}
#ifdef USES_LATER /* compiles with -DREVERIE_REQUIRES=9 only */
#define ID "later_required"
#else
#define ID "later"
#endif
static void destroy(void *instance) { (void)instance; }

/* Flags beyond those of 1.0. */
static const reverie_dynamics_layout the_layout = {sizeof(reverie_dynamics_layout), REVERIE_USES_ADVANCE | 0x700, 0, 0, 0};
static const reverie_dynamics_layout *layout(const void *instance) {
  (void)instance;
  return &the_layout;
}
static reverie_status advance(const void *instance, const reverie_dynamics_block *block, reverie_error *error) {
  int64_t b, i;
  (void)instance, (void)error;
  for (b = 0; b < block->rows; ++b)
    for (i = 0; i < block->units; ++i) ((float *)block->drift.data)[b * block->drift.stride + i] *= 2;
  return REVERIE_OK;
}

static const reverie_dynamics slots = {sizeof(reverie_dynamics), 0, layout, 0, 0, advance, 0, 0, 0,
#if REVERIE_ABI_MINOR >= 9
                                       abort
#endif
};
static const reverie_component component = {
    sizeof(reverie_component), REVERIE_KIND_DYNAMICS, ID, "1.0.0", "Of a later minor.", 0, 1, 0, 0, 0, 0, create,
    destroy, &slots,
#if REVERIE_ABI_MINOR >= 9
    abort
#endif
};
static const reverie_component *const components[] = {&component};
static const reverie_plugin plugin = {sizeof(reverie_plugin), 1, components,
#if REVERIE_ABI_MINOR >= 9
                                      abort
#endif
};

const reverie_plugin *reverie_plugin_entry_v1(const reverie_host *host, reverie_error *error) {
  (void)host, (void)error;
  return &plugin;
}
