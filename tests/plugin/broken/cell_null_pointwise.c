/* SPDX-License-Identifier: BSD-3-Clause */
/* load: cell 'cell_null_pointwise': the required function 'pointwise' is missing */
#define POINTWISE NULL
#include "parts/cell.h"
