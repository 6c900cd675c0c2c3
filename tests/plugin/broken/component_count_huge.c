/* SPDX-License-Identifier: BSD-3-Clause */
/* load: the number of components is 4294967295, which is more than any plugin has */
#define COMPONENT_COUNT 0xffffffffu
#include "parts/dynamics.h"
