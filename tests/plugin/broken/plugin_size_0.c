/* SPDX-License-Identifier: BSD-3-Clause */
/* load: the plugin table is too small: struct_size 0, at least 16 needed */
#define PLUGIN_SIZE 0
#include "parts/dynamics.h"
