/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The ABI header as a C99 author sees it. Built with -pedantic -Wpadded -Werror: compiling is the test. A C compiler
 * has to see the same sizes as a C++ one (layout.cpp), which the array of a negative size would refuse. */
#include <reverie/abi.h>

#define SAME_SIZE(type, size) typedef char type##_has_size_##size[sizeof(type) == (size) ? 1 : -1]
SAME_SIZE(reverie_error, 504);
SAME_SIZE(reverie_note, 44);
SAME_SIZE(reverie_tensor, 112);
SAME_SIZE(reverie_parameter, 80);
SAME_SIZE(reverie_host, 72);
SAME_SIZE(reverie_cell_block, 168);
SAME_SIZE(reverie_dynamics_block, 208);
SAME_SIZE(reverie_task_layout, 120);
SAME_SIZE(reverie_component, 88);

/* REVERIE_HAS: does the last field of a parameter exist in a struct of this size? Called by layout.cpp. */
int abi_header_has_choices(uint32_t struct_size) {
  reverie_parameter parameter = {0};
  parameter.struct_size = struct_size;
  return REVERIE_HAS(&parameter, reverie_parameter, choices) ? 1 : 0;
}
