/* SPDX-License-Identifier: GPL-2.0 */
/* Loss systems of one server: what share of the calls finds an element busy. */
#ifndef TW_LOSS_H
#define TW_LOSS_H

#include <stddef.h>

/* One source of calls on a shared element. */
struct loss_source {
	double rate; /* calls per second, Poisson */
	double service_s; /* mean time that an accepted call keeps the element busy, s; any distribution */
};

/*
 * Finite sources that are served themselves (target self): a source cannot call while its own call is
 * in service; calls that fall due then are made, one after the other, as soon as it is over. Engset's
 * loss system, with calls that are put off instead of not made.
 *
 * While source k is served, its put-off calls follow at once: the element is k's for a busy period of
 * an M/G/1 queue, of mean b_k / rate_k with b_k = a_k / (1 - a_k), a_k = rate_k * service_k. Nobody
 * else can start in it. So the element is k's for the share p_k = b_k / (1 + sum of b), and a call of
 * j, at any time, is lost in the shares of the others:
 *
 *     lost = sum_j rate_j * (sum_{k != j} p_k) / sum_j rate_j
 *
 * For two like sources, and for very many small ones that offer a together, that is Erlang's formula
 * for one server, a / (1 + a). NAN if a source offers a_k >= 1: it never rests.
 */
double loss_finite(const struct loss_source *s, size_t n);

/* Jain's fairness index of n shares, (sum x)^2 / (n * sum x^2): 1 if all are equal, 1/n if one has all.
 * NAN if there is nothing to share. */
double jain_index(const double *x, size_t n);

#endif
