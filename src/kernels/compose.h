/* Arithmetic in short, for ops that are made of others; cx is in scope. */
#ifndef TS_COMPOSE_H
#define TS_COMPOSE_H
#include "../gen/ops.h"

/* A number of lowest promotion priority. */
#define NUM(v) ts_wrap_scalar(cx, ts_float(v))
#define INT(v) ts_wrap_scalar(cx, ts_int(v))
#define ADD(x, y) ts_add(cx, x, y, ts_int(1))
#define SUB(x, y) ts_sub(cx, x, y, ts_int(1))
#define MUL(x, y) ts_mul(cx, x, y)
#define DIV(x, y) ts_div(cx, x, y, NULL)
#define NEG(x) ts_neg(cx, x)

#endif
