// Steps of optimizers, and what they ask of many tensors at once. No arithmetic of users: no gradients.
const row = (name, args, returns, doc) => ({ name, args, returns, doc, flags: ['system'] });

export default [
  row('_sgd_step_', 'Tensor[] params, Tensor[] buffers, int[] fresh, float lr, float momentum, float dampening, float weight_decay, bool nesterov, bool maximize', 'void',
    'One step of stochastic gradient descent on every parameter that has a gradient, in place. With momentum, buffers (and fresh, 1 for one not filled yet) go with params. https://pytorch.org/docs/stable/generated/torch.optim.SGD.html'),
  row('_adam_step_', 'Tensor[] params, Tensor[] exp_avgs, Tensor[] exp_avg_sqs, Tensor[] max_exp_avg_sqs, Tensor[] steps, float lr, float beta1, float beta2, float eps, float weight_decay, bool decoupled, bool maximize', 'void',
    'One step of Adam (decoupled: AdamW) on every parameter that has a gradient, in place; counts it in steps. max_exp_avg_sqs is empty without amsgrad. https://pytorch.org/docs/stable/generated/torch.optim.Adam.html'),
  row('_optimizer_step_', 'int rule, Tensor[] params, Tensor[] states, Tensor[] scalars, Tensor[] steps, float[] numbers', 'void',
    'One step of a rule of ts_step_rule on every parameter that has a gradient, in place; counts it in steps. states holds the first state of all parameters, then the second, ...; scalars so what is one number for each parameter.'),
  row('_optimizer_step_whole_', 'int rule, Tensor[] params, Tensor[] states, int[] counts, Tensor[] steps, float[] numbers', 'void',
    'One step of a rule of ts_whole_rule on every parameter that has a gradient, in place; counts it in steps. states holds those of the first parameter, then of the second, ...; counts says how many each has.'),
  row('_total_norm', 'Tensor[] tensors', 'Tensor', 'The Euclidean norm of all tensors together. https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html'),
  row('_clip_by_norm_', 'Tensor[] tensors, Tensor total, float max_norm', 'void', 'Multiplies each tensor, in place, by max_norm / (total + 1e-6) where that is below 1. https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html'),
  row('_has_grads', 'Tensor[] tensors', 'int[]', '1 for each tensor that has an accumulated gradient, else 0.'),
  row('_zero_grads', 'Tensor[] tensors, bool set_to_none', 'void', 'Drops the accumulated gradients, or fills them with zeros.'),
];
