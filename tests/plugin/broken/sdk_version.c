/* SPDX-License-Identifier: BSD-3-Clause */
/* accept: the version of the SDK is information */
#define SDK_MAJOR 99
#include "parts/dynamics.h"
