/* SPDX-License-Identifier: BSD-3-Clause */
/* load: component 0: the id '' is not lower-case letters, digits and underscores, letter first */
#define ID ""
#include "parts/dynamics.h"
