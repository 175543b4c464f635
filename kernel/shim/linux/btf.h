/* SPDX-License-Identifier: GPL-2.0 */
/* Stub: there is no BTF to emit. */
#ifndef SHIM_LINUX_BTF_H
#define SHIM_LINUX_BTF_H

#define BTF_TYPE_EMIT(type) ((void)(type *)0)

#endif
