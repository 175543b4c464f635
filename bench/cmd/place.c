// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int place_check_dir(const char *dir)
{
	char probe[PATH_MAX];
	int fd;

	if (mkdir(dir, 0777) && errno != EEXIST)
		return -errno;
	if (snprintf(probe, sizeof(probe), "%s/.twbench-XXXXXX", dir) >= (int)sizeof(probe))
		return -ENAMETOOLONG;
	/* access() says yes to root also where no file can be made. */
	fd = mkostemp(probe, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return unlink(probe) ? -errno : 0;
}

int place_begin(struct placing *p, const char *dir)
{
	int fd, err;

	if (snprintf(p->tmp, sizeof(p->tmp), "%s/.twbench-XXXXXX", dir) >= (int)sizeof(p->tmp))
		return -ENAMETOOLONG;
	fd = mkostemp(p->tmp, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	p->out = fdopen(fd, "w");
	if (p->out)
		return 0;
	err = -errno;
	close(fd);
	unlink(p->tmp);
	return err;
}

int place_end(struct placing *p, const char *path, int err)
{
	mode_t mask = umask(0);

	umask(mask);
	if (!err && (fflush(p->out) || fchmod(fileno(p->out), 0666 & ~mask)))
		err = -errno;
	if (!err && ferror(p->out))
		err = -EIO;
	if (fclose(p->out) && !err)
		err = -errno;
	if (!err && rename(p->tmp, path))
		err = -errno;
	if (err)
		unlink(p->tmp);
	return err;
}
