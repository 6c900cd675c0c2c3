/* SPDX-License-Identifier: BSD-3-Clause */
/* A library that is no plugin: it carries no note. */
int answer(void);
int answer(void) { return 42; }
