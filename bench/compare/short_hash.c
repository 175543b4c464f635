// SPDX-License-Identifier: GPL-2.0
#include "short_hash.h"

#include <nettle/sha2.h>
#include <stdio.h>

void short_hash(char out[SHORT_HASH_SIZE], const char *text, size_t n)
{
	unsigned char digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, n, (const unsigned char *)text);
	sha256_digest(&sha, sizeof(digest), digest);
	for (size_t i = 0; i < (SHORT_HASH_SIZE - 1) / 2; i++)
		sprintf(out + 2 * i, "%02x", digest[i]);
}
