/* Trains a small network on two spirals, from C alone.

   npm run build:libtorsh
   cc examples/c/train.c $(PKG_CONFIG_PATH=dist/libtorsh/lib/pkgconfig pkg-config --cflags --libs torsh) -lm -Wl,-rpath,dist/libtorsh/lib -o train && ./train */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <torsh/torsh.h>
#include <torsh/torsh_ops.h>

static void check(torsh_status status) {
  if (status == TORSH_OK) return;
  fprintf(stderr, "%s: %s\n", torsh_status_name(status), torsh_last_error());
  exit(1);
}

enum { POINTS = 200, STEPS = 300 };

int main(void) {
  float points[2 * POINTS][2];
  int64_t labels[2 * POINTS];
  for (int i = 0; i < 2 * POINTS; i++) {
    float r = (float)(i / 2) / POINTS, angle = 6.0f * r + 3.14159265f * (float)(i % 2);
    points[i][0] = r * cosf(angle);
    points[i][1] = r * sinf(angle);
    labels[i] = i % 2;
  }
  torsh_tensor x, y;
  check(torsh_tensor_from_data(points, sizeof points, TORSH_FLOAT32, (int64_t[]){2 * POINTS, 2}, 2, &x));
  check(torsh_tensor_from_data(labels, sizeof labels, TORSH_INT64, (int64_t[]){2 * POINTS}, 1, &y));

  check(torsh_manual_seed(0));
  torsh_module layers[5], model;
  check(torsh_linear_new(2, 32, true, &layers[0]));
  check(torsh_relu_new(&layers[1]));
  check(torsh_linear_new(32, 32, true, &layers[2]));
  check(torsh_relu_new(&layers[3]));
  check(torsh_linear_new(32, 2, true, &layers[4]));
  check(torsh_sequential_new(layers, 5, &model));

  torsh_tensor params[6];
  int64_t n;
  check(torsh_module_parameters(model, params, 6, &n));
  torsh_adam_options options = torsh_adam_defaults();
  options.lr = 0.01;
  torsh_optimizer adam;
  check(torsh_adam_new(params, n, options, &adam));

  double value = 0;
  for (int step = 0; step < STEPS; step++) {
    torsh_tensor scores, loss;
    check(torsh_optimizer_zero_grad(adam));
    check(torsh_module_forward(model, x, &scores));
    check(torsh_cross_entropy(scores, y, NULL, NULL, -100, NULL, "mean", 0.0, &loss));
    check(torsh_tensor_backward(loss, NULL, false, false));
    check(torsh_optimizer_step(adam));
    check(torsh_tensor_item(loss, &value));
    if (step % 50 == 0) printf("step %3d  loss %.4f\n", step, value);
    torsh_tensor_free(scores);
    torsh_tensor_free(loss);
  }

  torsh_tensor scores;
  float out[2 * POINTS][2];
  int right = 0;
  check(torsh_module_forward(model, x, &scores));
  check(torsh_tensor_copy_data(scores, out, sizeof out));
  for (int i = 0; i < 2 * POINTS; i++) right += (out[i][1] > out[i][0]) == (labels[i] == 1);
  printf("loss %.4f  accuracy %.1f %%\n", value, 100.0 * right / (2 * POINTS));

  torsh_tensor_free(scores);
  torsh_tensor_free(x);
  torsh_tensor_free(y);
  torsh_optimizer_free(adam);
  torsh_module_free(model);
  torsh_shutdown();
  return right > 1.9 * POINTS ? 0 : 1;
}
