/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: dynamics 'create_throws': create threw an exception through the interface: not today */
#include <stdexcept>
#define IN_CREATE throw std::runtime_error("not today")
#include "parts/dynamics.h"
