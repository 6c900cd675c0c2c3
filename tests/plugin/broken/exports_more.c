/* SPDX-License-Identifier: BSD-3-Clause */
/* check exports: 'helper' is visible to others: build it with -fvisibility=hidden, as reverie_add_plugin() does */
void helper(void) {}
#include "parts/dynamics.h"
