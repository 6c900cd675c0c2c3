/* SPDX-License-Identifier: BSD-3-Clause */
/* check load: did not end within 1 s while it was loaded */
#define CONSTRUCTOR for (volatile int forever = 0;;) (void)forever
#include "parts/dynamics.h"
