/* SPDX-License-Identifier: BSD-3-Clause */
/* check load: SIGSEGV (invalid memory access) while it was loaded */
#define TABLE ((const void*)16)
#include "parts/dynamics.h"
