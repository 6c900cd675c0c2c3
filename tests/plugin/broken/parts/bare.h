/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A component of any KIND around a TABLE whose functions are never called: for what is refused when it is loaded. */
#include <reverie/abi.h>

#define SOME ((void*)1)

REVERIE_DEFINE_NOTE(0, 0, 0);

static TABLE;
static const reverie_component component = {
    sizeof component, KIND, NAME, "1.0.0", "", 0, 1, 0, 0, 0, 0, SOME, SOME, &table};
static const reverie_component* const components[] = {&component};
static const reverie_plugin plugin = {sizeof plugin, 1, components};

const reverie_plugin* reverie_plugin_entry_v1(const reverie_host* host, reverie_error* error) {
  (void)host, (void)error;
  table.struct_size = sizeof table;
  return &plugin;
}
