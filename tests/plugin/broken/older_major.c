/* SPDX-License-Identifier: BSD-3-Clause */
/* load: built for major 0 of the plugin interface; this host has 1, which is newer */
#define MAJOR 0
#include "parts/dynamics.h"
