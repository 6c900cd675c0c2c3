/* SPDX-License-Identifier: BSD-3-Clause */
/* check load: it ended the process with exit code 3 while it was loaded */
#define CONSTRUCTOR exit(3)
#include "parts/dynamics.h"
