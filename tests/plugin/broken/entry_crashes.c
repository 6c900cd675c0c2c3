/* SPDX-License-Identifier: BSD-3-Clause */
/* check load: SIGSEGV (invalid memory access) while it was loaded */
#define IN_ENTRY raise(SIGSEGV)
#include "parts/dynamics.h"
