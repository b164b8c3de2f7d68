/** Requests and answers as JSON, as bare numbers, and as safetensors. */
import torsh from './torsh.mjs';

export const BINARY = 'application/octet-stream', SAFETENSORS = 'application/x-safetensors';

/** What the client can mend. */
export class RequestError extends Error {
  constructor(statusCode, message) {
    super(message);
    this.statusCode = statusCode;
  }
}
const refuse = (message) => new RequestError(400, message);
const show = (value) => (Array.isArray(value) ? `an array of ${value.length}` : typeof value === 'string' ? `the string ${JSON.stringify(value.slice(0, 40))}` : value === null || typeof value !== 'object' ? String(value) : 'an object');
const shapeText = (shape) => `[${shape.join(', ')}]`;

/** Inputs by the type of their body: each takes (body, { input, maxRows, headers }) and gives { values: Float32Array, count }. */
export const readers = { 'application/json': fromJson, [BINARY]: fromBytes, [SAFETENSORS]: fromSafetensors };

function checkCount(count, maxRows) {
  if (count < 1) throw refuse('there are no inputs');
  if (count > maxRows) throw refuse(`${count} inputs are more than the ${maxRows} that one request may have`);
}

function fromJson(body, { input: { shape, names }, maxRows }) {
  const inputs = body?.inputs;
  if (!Array.isArray(inputs)) throw refuse('the body must be { "inputs": [...] }');
  checkCount(inputs.length, maxRows);
  const size = shape.reduce((a, b) => a * b, 1);
  const values = new Float32Array(inputs.length * size);
  let at = 0;
  const take = (value, path, name) => {
    if (typeof value !== 'number' || !Number.isFinite(Math.fround(value))) throw refuse(`${path}${name ? ` (${name})` : ''} must be a number that float32 holds, not ${show(value)}`);
    values[at++] = value;
  };
  const visit = (value, path, dims) => {
    if (!Array.isArray(value) || value.length !== dims[0]) throw refuse(`${path} must be an array of ${dims[0]}${names ? ` (${names.join(', ')})` : ''}, not ${show(value)}`);
    for (let i = 0; i < value.length; i++) {
      if (dims.length === 1) take(value[i], `${path}[${i}]`, names?.[i]);
      else visit(value[i], `${path}[${i}]`, dims.slice(1));
    }
  };
  inputs.forEach((value, i) => {
    const flat = shape.length > 1 && Array.isArray(value) && value.length === size && typeof value[0] === 'number';
    visit(value, `inputs[${i}]`, flat ? [size] : shape);
  });
  return { values, count: inputs.length };
}

function fromBytes(body, { input: { shape }, maxRows, headers }) {
  const dtype = headers['x-tensor-dtype'] ?? 'float32';
  if (dtype !== 'float32') throw refuse(`numbers must be float32 (little-endian), not ${show(dtype)}`);
  const bytes = 4 * shape.reduce((a, b) => a * b, 1);
  if (body.length % bytes !== 0) throw refuse(`${body.length} bytes are not a number of inputs of shape ${shapeText(shape)}, each of ${bytes} bytes of float32`);
  const count = body.length / bytes;
  checkCount(count, maxRows);
  const claimed = headers['x-tensor-shape'];
  if (claimed !== undefined && claimed.replace(/\s/g, '') !== [count, ...shape].join(',')) throw refuse(`x-tensor-shape says ${show(claimed)}, but the body holds ${shapeText([count, ...shape])}`);
  // A copy, since a request's bytes need not begin at a multiple of four.
  const values = new Float32Array(body.length / 4);
  new Uint8Array(values.buffer).set(body);
  return { values: checkFinite(values, shape), count };
}

function fromSafetensors(body, { input: { shape }, maxRows }) {
  return torsh.tidy(() => {
    let tensors;
    try {
      tensors = torsh.load(body);
    } catch (error) {
      throw error.name === 'TorshError' ? refuse(error.message.replace(/^load: the given bytes: /, 'the body is no safetensors file: ')) : error;
    }
    const given = torsh.isTensor(tensors) ? null : tensors?.inputs;
    if (!torsh.isTensor(given)) throw refuse(`the file must hold a tensor called inputs, but holds ${torsh.isTensor(tensors) ? 'one without a name' : Object.keys(tensors ?? {}).slice(0, 5).join(', ') || 'none'}`);
    const [count = 0, ...rest] = given.shape;
    if (!given.isFloatingPoint() && given.dtype !== 'uint8') throw refuse(`inputs must be of a floating dtype or uint8, not ${given.dtype}`);
    if (rest.join() !== shape.join()) throw refuse(`inputs must have the shape [n, ${shape.join(', ')}], not ${shapeText(given.shape)}`);
    checkCount(count, maxRows);
    return { values: checkFinite(given.to('float32').toTypedArray(), shape), count };
  });
}

function checkFinite(values, shape) {
  for (let at = 0; at < values.length; at++) {
    if (Number.isFinite(values[at])) continue;
    const size = shape.reduce((a, b) => a * b, 1);
    throw refuse(`value ${at % size} of input ${Math.floor(at / size)} is ${values[at]}`);
  }
  return values;
}

/** Inputs that are finite may still be too large for the model. */
export function checkOutput(output, size) {
  const at = output.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw refuse(`the answer to input ${Math.floor(at / size)} is not finite: its values are larger than the model can take`);
}

/** Sends probabilities (Float32Array, row by row) in the form that the client accepts. */
export function answer(reply, accept, output, count, classes) {
  if (accept?.includes(BINARY)) {
    return reply.type(BINARY).header('x-tensor-dtype', 'float32').header('x-tensor-shape', `${count},${classes.length}`).send(Buffer.from(output.buffer, output.byteOffset, output.byteLength));
  }
  if (accept?.includes(SAFETENSORS)) {
    const file = torsh.tidy(() => torsh.save({ probabilities: torsh.tensor(output).reshape(count, classes.length) }, { format: 'safetensors' }));
    return reply.type(SAFETENSORS).send(Buffer.from(file.buffer, file.byteOffset, file.byteLength));
  }
  const predictions = Array.from({ length: count }, (_, i) => {
    const probabilities = Array.from(output.subarray(i * classes.length, (i + 1) * classes.length));
    return { class: classes[probabilities.indexOf(Math.max(...probabilities))], probabilities };
  });
  return reply.send({ predictions });
}
