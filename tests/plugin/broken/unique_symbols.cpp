/* SPDX-License-Identifier: BSD-3-Clause */
/* load: it exports 'shared()::number', which would be shared with every other library that has
 * it (a unique symbol) */
inline int &shared() {
  static int number = 0;
  return number;
}
int use() { return ++shared(); }
#include "parts/dynamics.h"
