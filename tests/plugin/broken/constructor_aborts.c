/* SPDX-License-Identifier: BSD-3-Clause */
/* check load: SIGABRT (abort) while it was loaded */
#define CONSTRUCTOR abort()
#include "parts/dynamics.h"
