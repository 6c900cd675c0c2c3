/* SPDX-License-Identifier: BSD-3-Clause */
/* load: needs version 1.1 of the plugin interface; this host has 1.0 */
#define REQUIRED_MINOR 1
#include "parts/dynamics.h"
