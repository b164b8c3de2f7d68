import * as sys from './gen/system';
import { formatTensor } from './print';
import { narrow } from './gen/ops';
import { noGrad } from './autograd/modes';
import { defaults } from './runtime/dtype';
import type { Tensor } from './tensor';

export function tensorToString(t: Tensor): string {
  if (t.isDisposed) return 'tensor(<disposed>)';
  const shape = t.shape;
  const isParameter = (t as unknown as Record<symbol, unknown>)[Symbol.for('torsh.nn.Parameter')] === true;
  const text = formatTensor({
    shape, dtype: t.dtype, requiresGrad: t.requiresGrad, gradFnName: sys._gradFn(t), parameter: isParameter,
    read: (start, size) => noGrad(() => {
      let part: Tensor = t.detach();
      start.forEach((s, d) => { if (s !== 0 || size[d] !== shape[d]) part = narrow(part, d, s, size[d]); });
      return part.toTypedArray();
    }),
  }, defaults.dtype);
  return text;
}
