/**
 * What autocast does at each op, by row: PyTorch's lists for the CPU. In-place forms and out= are left alone, and inside an op of
 * whatever kind nothing is cast, but for those of `inside`, which PyTorch makes of others.
 */
const words = (text) => text.trim().split(/\s+/);

const lists = {
  /* Floating-point arguments become the lower dtype. */
  lower: words('mm bmm addmm addbmm baddbmm matmul linear conv1d conv2d conv3d conv_tbc scaled_dot_product_attention _scaled_dot_product_attention'),
  /* Floating-point arguments, float64 aside, become float32. */
  float32: words(`
    conv_transpose1d conv_transpose2d conv_transpose3d avg_pool3d max_pool3d adaptive_avg_pool3d adaptive_max_pool3d fractional_max_pool2d fractional_max_pool3d
    max_unpool2d max_unpool3d grid_sample grid_sampler grid_sampler_2d grid_sampler_3d
    cross_entropy nll_loss mse_loss l1_loss smooth_l1_loss huber_loss kl_div ctc_loss binary_cross_entropy binary_cross_entropy_with_logits poisson_nll_loss
    soft_margin_loss margin_ranking_loss multi_margin_loss multilabel_margin_loss hinge_embedding_loss cosine_embedding_loss triplet_margin_loss
    prod trace quantile nanquantile cdist polar view_as_complex stft
    cholesky cholesky_inverse cholesky_solve geqrf inverse lu_solve orgqr ormqr pinverse qr svd symeig triangular_solve
    linalg_cholesky linalg_cholesky_ex linalg_cond linalg_eig linalg_eigh linalg_eigvals linalg_eigvalsh linalg_householder_product linalg_inv linalg_inv_ex
    linalg_lstsq linalg_matrix_norm linalg_matrix_rank linalg_qr linalg_solve linalg_svd linalg_svdvals linalg_tensorinv linalg_tensorsolve
    fft_fft fft_fft2 fft_fftn fft_ifft fft_ifft2 fft_ifftn fft_rfft fft_rfft2 fft_rfftn fft_irfft fft_irfft2 fft_irfftn fft_hfft fft_ihfft`),
  /* Floating-point arguments, float64 aside, become the widest of theirs. cat and stack do that by themselves. */
  widest: words('index_copy'),
  inside: words('einsum tensordot tensordot_count inner linalg_multi_dot chain_matmul matrix_power cov corrcoef linalg_pinv _set_autocast _autocast _capture_begin _capture_end _replay'),
};

export const autocast = new Map(Object.entries(lists).flatMap(([kind, names]) => names.map((name) => [name, kind])));
