/* SPDX-License-Identifier: BSD-3-Clause */
/* load: the plugin table is too small: struct_size 12, at least 16 needed */
#define PLUGIN_SIZE 12
#include "parts/dynamics.h"
