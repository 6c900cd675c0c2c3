/* SPDX-License-Identifier: BSD-3-Clause */
/* accept */
#include "parts/cell.h"
