/* SPDX-License-Identifier: BSD-3-Clause */
/* accept: only what a plugin requires counts */
#define BUILT_MINOR 77
#include "parts/dynamics.h"
