/* SPDX-License-Identifier: BSD-3-Clause */
#include "golden.h"

REVERIE_DEFINE_NOTE(0, 0, 0);

const reverie_host *golden_host;

static const reverie_component *const components[] = {&golden_cell, &golden_dynamics, &golden_task, &golden_metric};
static const reverie_plugin plugin = {sizeof(reverie_plugin), 4, components};

const reverie_plugin *reverie_plugin_entry_v1(const reverie_host *host, reverie_error *error) {
  if (host->major != REVERIE_ABI_MAJOR || !REVERIE_HAS(host, reverie_host, get_extension)) {
    golden_fail(error, REVERIE_UNSUPPORTED, -1, "this host is not one of major 1");
    return 0;
  }
  golden_host = host;
  return &plugin;
}
