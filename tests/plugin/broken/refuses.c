/* SPDX-License-Identifier: BSD-3-Clause */
/* load: it refused to start: the licence server does not answer */
#define REFUSES "the licence server does not answer"
#include "parts/dynamics.h"
