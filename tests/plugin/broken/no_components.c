/* SPDX-License-Identifier: BSD-3-Clause */
/* load: the plugin has no components */
#define COMPONENTS NULL
#include "parts/dynamics.h"
