/* SPDX-License-Identifier: BSD-3-Clause */
/* load: its version note is malformed */
#define NOTE_SIZE 12
#include "parts/dynamics.h"
