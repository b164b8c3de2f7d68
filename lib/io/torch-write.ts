/** Files of torch.save, written: the zip format of PyTorch 1.6 and later. */
import { itemsizeOf, pieces } from './bulk';
import { pickle, type SavedStorage } from './pickle-write';
import { type NewEntry, type Output, memoryOutput, textOutput, zip } from './zip-write';

/** PyTorch maps storages into memory where they lie. */
const ALIGN = 64;

export function torchFile(value: unknown): Output {
  const { bytes, storages } = pickle(value);
  const entry = (name: string, content: Output): NewEntry => ({ name: `archive/${name}`, content, align: ALIGN });
  return zip([
    entry('data.pkl', memoryOutput(bytes)),
    entry('byteorder', textOutput('little')),
    ...storages.map((s) => entry(`data/${s.key}`, memory(s))),
    entry('version', textOutput('3\n')),
  ]);
}

/** All of the memory behind a tensor. */
function memory({ tensor, numel, dtype }: SavedStorage): Output {
  return {
    size: numel * itemsizeOf(dtype),
    *chunks() {
      const plain = tensor.detach(), whole = plain.asStrided([numel], [1], 0);
      try {
        yield* pieces(whole);
      } finally {
        whole.dispose();
        plain.dispose();
      }
    },
  };
}
