/* Windows to columns and back, and shuffles: each is the gradient of the other. */
#include "formulas.h"

void ts__im2col_grad(ts_cx *cx, const ts__im2col_args *a, const ts_back *b, ts__im2col_args *g) {
  if (g->self) g->self = ts__col2im(cx, b->grad, (ts_ints){a->self->sizes + 2, 2}, a->kernel_size, a->dilation, a->padding, a->stride);
}

void ts__col2im_grad(ts_cx *cx, const ts__col2im_args *a, const ts_back *b, ts__col2im_args *g) {
  if (g->self) g->self = ts__im2col(cx, b->grad, a->kernel_size, a->dilation, a->padding, a->stride);
}

void ts_pixel_shuffle_grad(ts_cx *cx, const ts_pixel_shuffle_args *a, const ts_back *b, ts_pixel_shuffle_args *g) {
  if (g->self) g->self = ts_pixel_unshuffle(cx, b->grad, a->upscale_factor);
}

void ts_pixel_unshuffle_grad(ts_cx *cx, const ts_pixel_unshuffle_args *a, const ts_back *b, ts_pixel_unshuffle_args *g) {
  if (g->self) g->self = ts_pixel_shuffle(cx, b->grad, a->downscale_factor);
}

/* Dealing C / groups cards to as many hands takes back dealing to `groups`. */
void ts_channel_shuffle_grad(ts_cx *cx, const ts_channel_shuffle_args *a, const ts_back *b, ts_channel_shuffle_args *g) {
  const int64_t channels = b->grad->sizes[1];
  if (g->self) g->self = channels ? ts_channel_shuffle(cx, b->grad, channels / a->groups) : b->grad;
}
