/* SPDX-License-Identifier: BSD-3-Clause */
/* accept: what its constructor does to the processor is undone (registry.cpp) */
#define CHANGES_ARITHMETIC
#include "parts/dynamics.h"
