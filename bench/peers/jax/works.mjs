/** What jax-js does in the bench: works(jax). Arrays are moved unless .ref is taken; results are lazy, so they are waited for. */
import { count, uniform } from '../inputs.mjs';

export function works(jax) {
  const { numpy: np, grad } = jax;
  const given = (shape, seed) => np.array(uniform(count(shape), seed), { shape });
  const forward = (f) => ({ run: () => { f().dataSync(); }, result: () => [f().dataSync()] });

  return {
    add: ({ n }) => {
      const [a, b] = [given([n], 1), given([n], 2)];
      return forward(() => np.add(a.ref, b.ref));
    },
    chain: ({ n, backward, variant }) => {
      if (variant) return undefined;
      const [a, b, x] = [given([n], 1), given([n], 2), given([n], 3)];
      const step = (y) => np.add(np.multiply(y, a.ref), b.ref);
      const f = (y) => np.sum(np.exp(step(np.negative(step(np.exp(step(y)))))));
      const g = backward ? grad(f) : f;
      return forward(() => g(x.ref));
    },
    matmul: ({ m, k, n, batch, transposed, dtype }) => {
      if (batch || transposed || dtype) return undefined;
      const [a, b] = [given([m, k], 1), given([k, n], 2)];
      return forward(() => np.matmul(a.ref, b.ref));
    },
  };
}
