/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Gives abidiff something to hold on to: it sees the types that an exported function mentions. Built with -g from the
 * frozen header and from today's (test_abidiff.py). */
#include <reverie/abi.h>

#define ANCHOR(type)                           \
  void anchor_##type(const reverie_##type *x); \
  void anchor_##type(const reverie_##type *x) { (void)x; }

ANCHOR(error)
ANCHOR(note)
ANCHOR(tensor)
ANCHOR(rows)
ANCHOR(value)
ANCHOR(parameter)
ANCHOR(stream)
ANCHOR(host)
ANCHOR(setting)
ANCHOR(step)
ANCHOR(slot)
ANCHOR(projection)
ANCHOR(cell_layout)
ANCHOR(cell_block)
ANCHOR(cell)
ANCHOR(dynamics_layout)
ANCHOR(dynamics_block)
ANCHOR(dynamics)
ANCHOR(constant)
ANCHOR(task_layout)
ANCHOR(task)
ANCHOR(metric_input)
ANCHOR(metric_output)
ANCHOR(metric_layout)
ANCHOR(metric_source)
ANCHOR(metric)
ANCHOR(component)
ANCHOR(plugin)

const reverie_plugin *reverie_plugin_entry_v1(const reverie_host *host, reverie_error *error) {
  (void)host, (void)error;
  return 0;
}
