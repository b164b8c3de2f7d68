import torsh, { type Tensor } from 'torsh';

declare const handle: { readonly name: string; getFile(): Promise<Blob> };

const bytes: Uint8Array = torsh.save({ w: torsh.ones(2) }, { format: 'pt' });
torsh.save({ w: torsh.ones(2), epoch: 3 }, 'checkpoint.pt');
torsh.save({ w: torsh.ones(2) }, new URL('file:///model.safetensors'), { metadata: { epoch: '3' }, maxShardSize: '5GB' });
const saved: Promise<void> = torsh.save({ w: torsh.ones(2) }, handle);
const state: Record<string, Tensor> = torsh.load('model.safetensors', { mmap: true, verify: false });
const loaded: Promise<{ w: Tensor }> = torsh.load(new Blob([]), { onProgress: ({ loaded: n, total }) => { console.log(n / (total ?? 1)); } });
const metadata: Record<string, string> | null = torsh.metadataOf(state);
const shapes: number[][] = torsh.inspectFile('model.pt', { verify: true }).tensors.map((t) => t.shape);
const inspected: Promise<{ format: string }> = torsh.inspectFile(new Blob([]));
// @ts-expect-error a format that does not exist
torsh.save({}, 'model.h5', { format: 'hdf5' });
// @ts-expect-error code of files is never run
torsh.load(bytes, { weightsOnly: false });
export { bytes, inspected, loaded, metadata, saved, shapes };
