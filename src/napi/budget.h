/* The default byte budget: most of the machine's or the container's memory. */
#ifndef TS_BUDGET_H
#define TS_BUDGET_H
#include <stdint.h>
int64_t ts_default_budget(void); /* bytes; 0 when it cannot be told */
#endif
