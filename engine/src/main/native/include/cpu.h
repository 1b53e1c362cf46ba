/* What the kernels know of the CPU that they run on; not part of the ABI. */
#ifndef PERIGEE_CPU_H
#define PERIGEE_CPU_H

/* How many bytes ahead a tile is fetched, as read once, for a single token; 0 where the CPU's own prefetcher reads faster undisturbed. */
extern int perigee_fetch_ahead;

#endif
