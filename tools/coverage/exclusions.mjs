/** Names of PyTorch's surface that say nothing about dense tensors on a CPU, each with the reason. The first pattern that fits counts. */
export const exclusions = [
  [/^(Callable|List|Optional|Sequence|Tuple|Union|cast|boolean_dispatch|assert_int_or_pair|handle_torch_function|has_torch_function.*|is_tensor_like|kineto_available|variable)$/, "Python's typing and PyTorch's own dispatch machinery"],
  [/quantize|^q_|^qscheme|^int_repr$|^fbgemm|^fused_moving_avg|^choose_qparams/, 'quantized tensors'],
  [/sparse|^(dsmm|hsmm|hspmm|saddmm|smm|spmm|sspaddmm)$|coalesce|^(indices|values|crow_indices|ccol_indices|col_indices|row_indices)(_copy)?$|^(dense_dim|to_dense)$/, 'sparse tensors'],
  [/^miopen|^cudnn|cuda|^(ipu|xpu|is_xpu|is_ipu|is_ort|is_mps|is_vulkan|is_mkldnn|is_meta|to_mkldnn|record_stream|pin_memory|is_pinned|get_device)$/, 'other devices and their libraries'],
  [/^batch_norm_(backward|elemt|gather|stats|update)/, "CUDA's synchronised batch norm"],
  [/^(align_as|align_to|has_names|refine_names|rename_?|names?)$/, 'named tensors'],
  [/^(is_nested|to_padded_tensor)$/, 'nested tensors'],
  [/^(is_distributed|is_shared|share_memory_|storage|storage_type|data_ptr|set_|is_set_to|volatile|output_nr|as_subclass|reinforce|numpy|from_numpy|chalf)$/, "processes, storages and types that JavaScript does not have"],
];

/** Golden operators that are not required, with the reason. */
export const goldenExceptions = {};
