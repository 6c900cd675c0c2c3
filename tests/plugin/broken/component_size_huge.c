/* SPDX-License-Identifier: BSD-3-Clause */
/* load: the struct_size of component 0 is 70000, which is more than any plugin has */
#define COMPONENT_SIZE 70000
#include "parts/dynamics.h"
