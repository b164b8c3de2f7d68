/* Large blocks where there is nothing to ask for. */
#include "pages.h"
#include <stdlib.h>

void *ts_pages_alloc(size_t bytes) { return aligned_alloc(64, bytes); }
