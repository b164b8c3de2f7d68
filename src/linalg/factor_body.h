/* No guard: everything of factor.h for one element type. */
#include "scalar.h"
#include "columns.h"
#include "triangular_body.h"
#include "symmetric_body.h"
