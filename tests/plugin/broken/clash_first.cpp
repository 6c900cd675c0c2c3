/* SPDX-License-Identifier: BSD-3-Clause */
/* accept: default visibility, and inline code of the same name in two libraries: each has its own (registry.cpp) */
inline float factor() { return 2; }
#define IN_ADVANCE *static_cast<float *>(block->drift.data) *= factor()
#include "parts/dynamics.h"
