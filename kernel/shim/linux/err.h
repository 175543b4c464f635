/* SPDX-License-Identifier: GPL-2.0 */
/* Errors as pointers. */
#ifndef SHIM_LINUX_ERR_H
#define SHIM_LINUX_ERR_H

#include <errno.h>
#include <linux/compiler.h>

#define MAX_ERRNO 4095

static inline void *ERR_PTR(long err)
{
	return (void *)err;
}

static inline long PTR_ERR(const void *p)
{
	return (long)p;
}

static inline bool IS_ERR(const void *p)
{
	return unlikely((uintptr_t)p >= (uintptr_t)-MAX_ERRNO);
}

#endif
