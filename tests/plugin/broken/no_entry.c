/* SPDX-License-Identifier: BSD-3-Clause */
/* load: it does not export reverie_plugin_entry_v1 */
#define ENTRY another_entry
#include "parts/dynamics.h"
