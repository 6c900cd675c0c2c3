/* SPDX-License-Identifier: BSD-3-Clause */
/* load: the struct_size of the plugin table is 4294967295, which is more than any plugin has */
#define PLUGIN_SIZE 0xffffffffu
#include "parts/dynamics.h"
