/* What users call of recurrent networks: layers and directions, cells. */
#include <inttypes.h>
#include <string.h>
#include "compose.h"
#include "kernels.h"
#include "rnn.h"

/* The weights of one layer and direction, in PyTorch's order. */
typedef struct { ts_tensor *w_ih, *w_hh, *b_ih, *b_hh, *w_hr; } weights;

/* One layer in one direction over x (rows, features). Biases join the input's gates, but for gru, whose state has its own. */
static bool direction(ts_cx *cx, ts_tensor *x, ts_tensor *h0, ts_tensor *c0, weights w, ts_rnn_mode mode, bool reverse, ts_ints sizes, ts_tensor **results) {
  ts_tensor *bias = w.b_ih, *all[5] = {NULL};
  if (mode != TS_RNN_GRU && bias && w.b_hh) bias = ADD(bias, w.b_hh);
  if (!ts__rnn_layer(cx, ts_linear(cx, x, w.w_ih, bias), h0, c0, w.w_hh, mode == TS_RNN_GRU ? w.b_hh : NULL, w.w_hr, mode, reverse, sizes, all)) return false;
  memcpy(results, all, 3 * sizeof *all);
  return true;
}

typedef struct {
  ts_list params;
  bool biases, train, both;
  int64_t layers;
  double dropout;
  ts_rnn_mode mode;
} network;

/* The whole network over x (rows, features); states (layers * directions, batch, units). results: output, h_n, c_n. */
static bool run(ts_cx *cx, const network *net, ts_tensor *x, ts_tensor *h, ts_tensor *c, ts_ints sizes, ts_tensor **results) {
  const int ways = net->both ? 2 : 1;
  if (h->ndim != 3 || (c && c->ndim != 3)) return ts_fail(cx, TS_ERR_SHAPE, "Expected hidden states of 3 dims, (layers * directions, batch, size), got %s", TS_TEXT(c && h->ndim == 3 ? c : h));
  bool projects = c && h->sizes[2] != c->sizes[2];
  const int64_t each = 2 + 2 * net->biases + projects;
  if (net->layers < 1 || net->layers > net->params.n || net->params.n != each * net->layers * ways)
    return ts_fail(cx, TS_ERR_ARGUMENT, "Expected %" PRId64 " parameters for %" PRId64 " layers, but got %" PRId64, each * ways * (net->layers < 1 ? 0 : net->layers > INT32_MAX ? INT32_MAX : net->layers), net->layers, net->params.n);
  const int64_t count = net->layers * ways;
  if (h->sizes[0] != count || (c && (c->sizes[0] != count || c->sizes[1] != h->sizes[1])))
    return ts_fail(cx, TS_ERR_SHAPE, "Expected hidden size (%" PRId64 ", %" PRId64 ", *), got %s", count, h->sizes[1], TS_TEXT(c && h->sizes[0] == count ? c : h));
  ts_tensor **last = ts_temp(cx, 2 * count * (int64_t)sizeof *last);
  if (!last) return false;
  for (int64_t l = 0; l < net->layers; l++) {
    ts_tensor *sides[2] = {NULL};
    for (int w = 0; w < ways; w++) {
      int64_t k = l * ways + w;
      ts_tensor **p = net->params.v + k * each, *made[3] = {NULL};
      weights of = {p[0], p[1], net->biases ? p[2] : NULL, net->biases ? p[3] : NULL, projects ? p[each - 1] : NULL};
      if (!direction(cx, x, ts_select(cx, h, 0, k), c ? ts_select(cx, c, 0, k) : NULL, of, net->mode, w == 1, sizes, made)) return false;
      sides[w] = made[0];
      last[k] = made[1];
      last[count + k] = made[2];
    }
    x = net->both ? ts_cat(cx, (ts_list){sides, 2}, 1) : sides[0];
    if (net->train && net->dropout > 0 && l < net->layers - 1) x = ts_dropout(cx, x, net->dropout, true);
  }
  results[0] = x;
  results[1] = ts_stack(cx, (ts_list){last, count}, 0);
  if (c) results[2] = ts_stack(cx, (ts_list){last + count, count}, 0);
  return !ts_failed(cx);
}

static bool padded(ts_cx *cx, const network *net, ts_tensor *x, ts_tensor *h, ts_tensor *c, bool batch_first, ts_tensor **results);

/* A batch of nothing: what one sample would give, without it. */
static bool no_batch(ts_cx *cx, const network *net, const ts_tensor *x, const ts_tensor *h, const ts_tensor *c, bool batch_first, ts_tensor **results) {
  network quiet = *net;
  quiet.dropout = 0; /* draws nothing */
  if (h->ndim != 3 || (c && c->ndim != 3)) return ts_fail(cx, TS_ERR_SHAPE, "Expected hidden states of 3 dims, (layers * directions, batch, size), got %s", TS_TEXT(c && h->ndim == 3 ? c : h));
  ts_tensor *one = ts_zeros(cx, TS_INTS(x->sizes[0], 1, x->sizes[2]), (ts_dtype)x->dtype), *h1 = ts_zeros(cx, TS_INTS(h->sizes[0], 1, h->sizes[2]), (ts_dtype)h->dtype);
  ts_tensor *c1 = c ? ts_zeros(cx, TS_INTS(c->sizes[0], 1, c->sizes[2]), (ts_dtype)c->dtype) : NULL;
  if (ts_failed(cx) || !padded(cx, &quiet, one, h1, c1, false, results)) return false;
  for (int k = 0; k < (c ? 3 : 2); k++) results[k] = ts_narrow(cx, results[k], 1, 0, 0);
  if (batch_first) results[0] = ts_transpose(cx, results[0], 0, 1);
  return !ts_failed(cx);
}

/* A padded batch (steps, batch, features), or batch first. */
static bool padded(ts_cx *cx, const network *net, ts_tensor *x, ts_tensor *h, ts_tensor *c, bool batch_first, ts_tensor **results) {
  if (x->ndim != 3) return ts_fail(cx, TS_ERR_SHAPE, "Expected an input of 3 dims, got %s", TS_TEXT(x));
  if (batch_first) x = ts_transpose(cx, x, 0, 1);
  if (!x) return false;
  int64_t steps = x->sizes[0], batch = x->sizes[1], *sizes = ts_temp(cx, steps * (int64_t)sizeof *sizes + 1);
  if (!sizes) return false;
  if (steps == 0) return ts_fail(cx, TS_ERR_SHAPE, "Expected sequence length to be larger than 0 in RNN");
  if (h->ndim == 3 && h->sizes[1] != batch) return ts_fail(cx, TS_ERR_SHAPE, "Expected hidden states for a batch of %" PRId64 ", got %s", batch, TS_TEXT(h));
  for (int64_t t = 0; t < steps; t++) sizes[t] = batch;
  if (batch == 0) return no_batch(cx, net, x, h, c, batch_first, results);
  if (!run(cx, net, ts_reshape(cx, x, TS_INTS(steps * batch, x->sizes[2])), h, c, (ts_ints){sizes, steps}, results) || !results[0]) return false;
  ts_tensor *y = ts_view(cx, results[0], TS_INTS(steps, batch, results[0]->sizes[1]));
  results[0] = batch_first ? ts_transpose(cx, y, 0, 1) : y;
  return results[0] != NULL;
}

/* Steps one after the other, as a packed sequence has them. */
static bool packed(ts_cx *cx, const network *net, ts_tensor *data, ts_ints sizes, ts_tensor *h, ts_tensor *c, ts_tensor **results) {
  if (data->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected data of 2 dims, (rows, features), got %s", TS_TEXT(data));
  return run(cx, net, data, h, c, sizes, results);
}

#define NETWORK(of) {a->params, a->has_biases, a->train, a->bidirectional, a->num_layers, a->dropout, of}

static bool two_states(ts_cx *cx, ts_list hx) { return hx.n == 2 || ts_fail(cx, TS_ERR_ARGUMENT, "lstm expects two hidden states"); }

bool ts_lstm_impl(ts_cx *cx, const ts_lstm_args *a, ts_out *out) {
  network net = NETWORK(TS_RNN_LSTM);
  return two_states(cx, a->hx) && padded(cx, &net, a->self, a->hx.v[0], a->hx.v[1], a->batch_first, out->t);
}
bool ts_lstm_data_impl(ts_cx *cx, const ts_lstm_data_args *a, ts_out *out) {
  network net = NETWORK(TS_RNN_LSTM);
  return two_states(cx, a->hx) && packed(cx, &net, a->data, a->batch_sizes, a->hx.v[0], a->hx.v[1], out->t);
}
#define ONE_STATE(name, mode)                                                                  \
  bool ts_##name##_impl(ts_cx *cx, const ts_##name##_args *a, ts_out *out) {                   \
    network net = NETWORK(mode);                                                               \
    return padded(cx, &net, a->self, a->hx, NULL, a->batch_first, out->t);                     \
  }                                                                                            \
  bool ts_##name##_data_impl(ts_cx *cx, const ts_##name##_data_args *a, ts_out *out) {         \
    network net = NETWORK(mode);                                                               \
    return packed(cx, &net, a->data, a->batch_sizes, a->hx, NULL, out->t);                     \
  }
ONE_STATE(gru, TS_RNN_GRU)
ONE_STATE(rnn_tanh, TS_RNN_TANH)
ONE_STATE(rnn_relu, TS_RNN_RELU)

static bool cell(ts_cx *cx, ts_tensor *x, ts_tensor *h, ts_tensor *c, weights w, ts_rnn_mode mode, ts_tensor **results) {
  if (x->ndim != 2 || h->ndim != 2) return ts_fail(cx, TS_ERR_SHAPE, "Expected input and hidden state of 2 dims, got %s and %s", TS_TEXT(x), TS_TEXT(h));
  if (w.w_ih->ndim != 2 || w.w_ih->sizes[1] != x->sizes[1])
    return ts_fail(cx, TS_ERR_SHAPE, "input has inconsistent input_size: got %" PRId64 " expected %" PRId64, x->sizes[1], w.w_ih->ndim == 2 ? w.w_ih->sizes[1] : 0);
  for (int k = 0; k < (c ? 2 : 1); k++) {
    const ts_tensor *s = k ? c : h;
    if (s->ndim != 2 || s->sizes[0] != x->sizes[0])
      return ts_fail(cx, TS_ERR_SHAPE, "Input batch size %" PRId64 " doesn't match hidden%d batch size %" PRId64, x->sizes[0], k, s->ndim ? s->sizes[0] : 0);
    if (w.w_hh->ndim != 2 || s->sizes[1] != w.w_hh->sizes[1])
      return ts_fail(cx, TS_ERR_SHAPE, "hidden%d has inconsistent hidden_size: got %" PRId64 ", expected %" PRId64, k, s->sizes[1], w.w_hh->ndim == 2 ? w.w_hh->sizes[1] : 0);
  }
  int64_t batch = x->sizes[0], steps = batch > 0; /* of nothing, nothing comes */
  ts_ints sizes = {&batch, steps};
  return direction(cx, x, h, c, w, mode, false, sizes, results);
}

bool ts_lstm_cell_impl(ts_cx *cx, const ts_lstm_cell_args *a, ts_out *out) {
  ts_tensor *made[3] = {NULL};
  if (!two_states(cx, a->hx) || !cell(cx, a->self, a->hx.v[0], a->hx.v[1], (weights){a->w_ih, a->w_hh, a->b_ih, a->b_hh, NULL}, TS_RNN_LSTM, made)) return false;
  out->t[0] = made[0];
  return (out->t[1] = made[2]) != NULL;
}
#define CELL(name, mode)                                                                                                          \
  bool ts_##name##_impl(ts_cx *cx, const ts_##name##_args *a, ts_out *out) {                                                      \
    ts_tensor *made[3] = {NULL};                                                                                                  \
    bool ok = cell(cx, a->self, a->hx, NULL, (weights){a->w_ih, a->w_hh, a->b_ih, a->b_hh, NULL}, mode, made);                    \
    out->t[0] = made[0];                                                                                                          \
    return ok;                                                                                                                    \
  }
CELL(gru_cell, TS_RNN_GRU)
CELL(rnn_tanh_cell, TS_RNN_TANH)
CELL(rnn_relu_cell, TS_RNN_RELU)
