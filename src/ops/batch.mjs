/**
 * What vmap does at each op, by row: how one call serves a whole batch, whose dim is the first of the batched arguments (lib/func/batching).
 * Rows of flag `direct` that stand nowhere else are pointwise. Rows without a kind run slice by slice.
 */
const words = (text) => text.trim().split(/\s+/);

const lists = {
  /* Tensors broadcast; each element of the result comes from those at its place, or along dims. */
  pointwise: words(`
    softsign tanhshrink float_power positive isclose _where_self complex polar conj_physical real imag conj resolve_conj resolve_neg angle mvlgamma frexp ldexp
    max_other min_other alias_copy detach detach_copy _to_dtype zeros_like ones_like empty_like full_like rand_like randn_like randint_like
    _binary_cross_entropy _binary_cross_entropy_with_logits _polygamma_self polygamma
    linalg_vecdot cosine_similarity pairwise_distance
    rrelu dropout native_dropout alpha_dropout bernoulli normal_tensors normal_means normal_deviations poisson binomial _standard_gamma _gamma_slope`),
  /* The batch stands in front of the other dims, which are counted from the end; all of them where none are named. */
  front: words(`
    glu flip diff trapezoid cumulative_trapezoid gradient gradient_list view_as_real view_as_complex view_as_real_copy view_as_complex_copy view_dtype
    diagonal_scatter select_scatter slice_scatter narrow_copy select_copy slice_copy split_copy split_with_sizes_copy transpose_copy unbind_copy unfold_copy
    fft_fft fft_ifft fft_rfft fft_ihfft fft_irfft fft_hfft fft_fftn fft_fft2 fft_ifftn fft_ifft2 fft_rfftn fft_rfft2
    fft_ihfftn fft_ihfft2 fft_irfftn fft_irfft2 fft_hfftn fft_hfft2 fft_fftshift fft_ifftshift linalg_vander normalize
    cat unbind split_with_sizes chunk split split_sizes tensor_split tensor_split_at
    movedim flatten unflatten transpose narrow _slice select unfold`),
  /* Such rows that want two dims at least. */
  matrix: words(`
    tril triu rot90 diagonal diagonal_copy linalg_diagonal pixel_shuffle pixel_unshuffle
    linalg_lu_factor_ex linalg_lu_factor lu lu_with_info linalg_lu linalg_inv_ex linalg_inv inverse det slogdet logdet matrix_power matrix_exp
    geqrf linalg_qr qr linalg_svd linalg_svdvals svd linalg_eigh linalg_eigvalsh symeig linalg_eig linalg_eigvals linalg_pinv pinverse
    linalg_matrix_rank linalg_matrix_norm linalg_matrix_norm_ord nuclear_norm_dim linalg_cond linalg_cond_named
    linalg_cholesky_ex linalg_cholesky cholesky cholesky_inverse linalg_ldl_factor_ex linalg_ldl_factor`),
  /* Such rows that take a tensor without dims for one of one element. */
  along: words(`
    max_dim min_dim amax amin median_dim nanmedian_dim kthvalue mode
    sum mean any all count_nonzero var var_dim var_mean var_mean_dim std std_dim std_mean std_mean_dim nansum nanmean logsumexp
    cumsum cumprod logcumsumexp cummax cummin softmax log_softmax softmin gumbel_softmax sort argsort topk
    gather scatter scatter_value scatter_add scatter_reduce vector_norm norm norm_named linalg_norm linalg_norm_named frobenius_norm`),
  /* The same, but without a dim they are about the flattened tensor. */
  flat: words('prod argmax argmin aminmax repeat_interleave take_along_dim'),
  /* The last so many dims of each tensor are its own, those in front of them broadcast. */
  'core 2 1': words('linalg_householder_product orgqr lu_unpack'),
  'core 2 1 2': words('ormqr linalg_lu_solve linalg_ldl_solve'),
  'core 2 2 1': words('lu_solve'),
  'core 2 2': words('linalg_solve_triangular triangular_solve cholesky_solve cdist'),
  'core 2 2 2 2': words('scaled_dot_product_attention'),
  /* One sample, of so many dims, or several, in front: the batch joins them. */
  'samples 1': words('stft multinomial'),
  'samples 2': words('max_pool1d max_pool1d_with_indices avg_pool1d adaptive_max_pool1d adaptive_max_pool1d_with_indices adaptive_avg_pool1d lp_pool1d max_unpool1d fold dropout1d'),
  'samples 3': words(`max_pool2d max_pool2d_with_indices avg_pool2d adaptive_max_pool2d adaptive_max_pool2d_with_indices adaptive_avg_pool2d lp_pool2d max_unpool2d
    unfold_windows dropout2d`),
  'samples 4': words('max_pool3d max_pool3d_with_indices avg_pool3d adaptive_max_pool3d adaptive_max_pool3d_with_indices adaptive_avg_pool3d lp_pool3d max_unpool3d dropout3d'),
  /* Always several. */
  samples: words(`interpolate upsample upsample_nearest upsample_bilinear grid_sample grid_sampler grid_sampler_2d grid_sampler_3d channel_shuffle
    local_response_norm feature_dropout feature_alpha_dropout`),
  /* Pointwise but for the reduction at the end. */
  loss: words(`mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits kl_div soft_margin_loss margin_ranking_loss
    hinge_embedding_loss poisson_nll_loss gaussian_nll_loss`),
  /* Rows of so many dims, or one of them, and a reduction at the end. */
  'rows 1': words('triplet_margin_loss cosine_embedding_loss multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss'),
  /* A rule of their own. */
  own: words(`
    view reshape view_copy expand expand_copy broadcast_to view_as reshape_as expand_as ravel T mT H mH adjoint t t_copy squeeze squeeze_copy unsqueeze unsqueeze_copy permute permute_copy as_strided as_strided_copy clone contiguous
    repeat tile roll fliplr flipud diag diag_embed trace diagflat hsplit hsplit_at vsplit vsplit_at dsplit dsplit_at stack hstack vstack dstack column_stack
    atleast_1d atleast_2d atleast_3d atleast_1d_list atleast_2d_list atleast_3d_list broadcast_tensors meshgrid cartesian_prod max min var_unbiased var_mean_unbiased std_unbiased std_mean_unbiased nuclear_norm msort quantile nanquantile dist
    prelu masked_fill new_zeros new_ones new_empty new_full fill one_hot sum_to_size pad constant_pad_nd
    mm bmm matmul linear mv dot vdot outer inner addmm addmv addr baddbmm addbmm einsum tensordot tensordot_count kron linalg_multi_dot chain_matmul cross linalg_cross linalg_solve linalg_solve_ex
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d affine_grid affine_grid_generator convolution bilinear trapezoid_x cumulative_trapezoid_x
    batch_norm layer_norm rms_norm group_norm instance_norm nll_loss cross_entropy embedding
    lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell
    _at _set_at index_put index_select index_add index_copy index_fill take bucketize searchsorted isin
    embedding_bag linalg_lstsq native_layer_norm renorm repeat_interleave_by vander cov corrcoef conv_tbc gradient_coordinates
    istft rand randn randint randperm normal_numbers is_conj is_neg`),
  /* What comes out, or how much of it, depends on values: refused. */
  data: words('allclose equal nonzero _nonzero_tuple _where_tuple argwhere masked_select _unique _unique_consecutive'),
  /* Nor can a sample be given another size alone. */
  refused: words('resize_ resize_as_'),
  /* Slices: no one call does it. Direct rows must say so. */
  slices: words('put masked_scatter fill_diagonal_ full zeros ones empty'),
};

/** Rows that may draw random numbers. */
const random = new Set(words(`
  rrelu dropout native_dropout alpha_dropout feature_alpha_dropout feature_dropout dropout1d dropout2d dropout3d scaled_dot_product_attention _scaled_dot_product_attention
  svd_lowrank pca_lowrank lobpcg fractional_max_pool2d fractional_max_pool2d_with_indices fractional_max_pool3d fractional_max_pool3d_with_indices
  rand randn randint randperm rand_like randn_like randint_like uniform_ normal_ random_ exponential_ cauchy_ log_normal_ geometric_ bernoulli_ bernoulli multinomial
  normal_tensors normal_means normal_deviations normal_numbers poisson binomial _standard_gamma _sample_dirichlet gumbel_softmax
  lstm gru rnn_tanh rnn_relu lstm_data gru_data rnn_tanh_data rnn_relu_data`));

const kinds = new Map(Object.entries(lists).flatMap(([kind, names]) => names.map((name) => [name, kind])));

/** What vmap does at a row: { kind, random }. */
export function batchOf(row) {
  const kind = kinds.get(row.name) ?? (row.flags?.includes('direct') && !row.flags.includes('system') ? 'pointwise' : 'slices');
  return { kind, random: random.has(row.name) };
}

/** Names that stand here, so that none outlives its row. */
export const named = [...kinds.keys(), ...random];
