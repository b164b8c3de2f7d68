/**
 * Trains the network on digits and writes digits.safetensors, with which the page begins: `node demos/transfer/pretrain.mjs`, in a checkout that is built.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import torsh from 'torsh';
import { jitter, unpackDigits } from '../shared/digits.mjs';
import { accuracy, makeReader, toTensors } from './model.mjs';

const EPOCHS = 25, BATCH = 64;

const { nn, optim, utils } = torsh, bytes = gunzipSync(readFileSync(new URL('../data/digits.bin', import.meta.url)));
const digits = unpackDigits(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const train = toTensors(torsh, digits.train), test = toTensors(torsh, digits.test);

torsh.manualSeed(0);
const model = makeReader(torsh, 10), loader = new utils.data.DataLoader(new utils.data.TensorDataset(train.x, train.y), { batchSize: BATCH, shuffle: true, dropLast: true });
const optimizer = new optim.AdamW(model.parameters(), { lr: 0.003, weightDecay: 0.05 }), scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { TMax: EPOCHS });
await torsh.train.fit(model, loader, { optimizer, scheduler, epochs: EPOCHS, step: ([x, y]) => nn.functional.crossEntropy(model(jitter(torsh, x)), y, { labelSmoothing: 0.1 }) });

const right = accuracy(torsh, model, test), state = model.stateDict(), file = fileURLToPath(new URL('digits.safetensors', import.meta.url));
// Half the precision is enough to begin with, and half the size.
for (const name of Object.keys(state)) state[name] = state[name].to('float16');
torsh.save(state, file, { metadata: { trained: 'in Node, on demos/data/digits.bin', accuracy: right.toFixed(3) } });
console.log(`${file}: reads ${(100 * right).toFixed(1)} % of ${digits.test.count} test digits`);
