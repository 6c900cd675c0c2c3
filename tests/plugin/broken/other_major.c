/* SPDX-License-Identifier: BSD-3-Clause */
/* load: built for major 99 of the plugin interface; this host has 1, which is older */
#define MAJOR 99
#include "parts/dynamics.h"
