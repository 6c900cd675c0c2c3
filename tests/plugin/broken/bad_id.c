/* SPDX-License-Identifier: BSD-3-Clause */
/* load: component 0: the id 'Under-Damped' is not lower-case letters, digits and underscores, letter first */
#define ID "Under-Damped"
#include "parts/dynamics.h"
