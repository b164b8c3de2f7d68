/**
 * What a recording (torsh.compile) does at each op, by row. Rows that stand in no list are steps of the program, but for those that give
 * plain values to the host (`values`) and system rows (`other`), which end it.
 */
const words = (text) => text.trim().split(/\s+/);

const lists = {
  /* System rows that become steps too: what they do, they do again at each run. */
  step: words(`
    _empty _share _set_requires_grad _set_grad _retain_grad _backward _autograd_grad _set_grad_mode _set_inference_mode _set_autocast _detach_in_place _set_data
    _manual_seed _rng_state _set_rng_state _total_norm _clip_by_norm_`),
  zero: words('_zero_grads'),
  /* Nothing: what they tell follows from what the program was recorded for, or is of no consequence. */
  skip: words(`
    _same_storage _grad_fn _next_functions _autocast _grad_mode _inference_mode _result_type _promote_types _can_cast _dropped_callbacks _anomalous_node
    _memory _handles _num_threads _build _token_drop _generator_free
    _programs_new _programs_free _programs_report _capture_begin _capture_break _capture_literal _capture_optimizer _program_numbers _capture_end _capture_drop _replay _replayed _job_new _job_run _job_stop _job_take _job_free`),
  /* Nothing, unless the shape depends on values. */
  look: words('_meta'),
  /* Steps, but the shape of their result depends on values, so that the host must not look at it. */
  shape: words(`
    nonzero _nonzero_tuple argwhere masked_select _unique _unique_consecutive bincount one_hot repeat_interleave_by repeat_interleave_positions segment_reduce
    linalg_lstsq`),
  /* The same, where a mask is among the arguments. */
  mask: words('_index _at'),
  values: words('tensor_split_by _item'),
  /* `_grad` is a step, the others nothing; whether there are gradients at the beginning is a guard. */
  gradient: words('_grad _grad_id _has_grads'),
  host: words('_custom_node _add_hook _remove_hook'),
  /* Steps, where the optimizer says beforehand how to get its numbers anew (lib/runtime/recording.ts). */
  optimizer: words('_sgd_step_ _adam_step_ _optimizer_step_ _optimizer_step_whole_'),
};

const known = new Map(Object.entries(lists).flatMap(([kind, names]) => names.map((name) => [name, kind])));

export const recorded = [...known.keys()];
export const recordOf = (name, system, returns) =>
  known.get(name) ?? (system ? 'other' : ['SCALAR', 'INTS', 'TEXT'].includes(returns) ? 'values' : 'step');
