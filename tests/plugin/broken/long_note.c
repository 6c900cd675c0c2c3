/* SPDX-License-Identifier: BSD-3-Clause */
/* load: its ELF notes are malformed */
#define NOTE_SIZE 4000000
#include "parts/dynamics.h"
