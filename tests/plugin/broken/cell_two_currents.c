/* SPDX-License-Identifier: BSD-3-Clause */
/* create 4: cell 'cell_two_currents': more than one slot receives currents */
#define FIRST_FLAGS REVERIE_RECEIVES_CURRENT
#include "parts/cell.h"
