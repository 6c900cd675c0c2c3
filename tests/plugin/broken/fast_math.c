/* SPDX-License-Identifier: BSD-3-Clause */
/* accept: linked with -ffast-math, whose start-up code flushes denormals (registry.cpp) */
#include "parts/dynamics.h"
