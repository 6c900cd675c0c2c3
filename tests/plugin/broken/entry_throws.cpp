/* SPDX-License-Identifier: BSD-3-Clause */
/* load: its entry threw an exception through the interface: not today */
#include <stdexcept>
#define IN_ENTRY throw std::runtime_error("not today")
#include "parts/dynamics.h"
