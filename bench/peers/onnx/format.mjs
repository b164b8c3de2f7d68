/** The part of ONNX's file format that the bench writes: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
import protobuf from 'protobufjs';

const { root } = protobuf.parse(`
  syntax = "proto3";
  message Opset { string domain = 1; int64 version = 2; }
  message Model { int64 ir_version = 1; string producer_name = 2; Graph graph = 7; repeated Opset opset_import = 8; }
  message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated Value input = 11; repeated Value output = 12; }
  message Node { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated Attribute attribute = 5; }
  message Attribute { string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated int64 ints = 8; int32 type = 20; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
  message Dimension { int64 dim_value = 1; }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elem_type = 1; Shape shape = 2; }
  message Type { TensorType tensor_type = 1; }
  message Value { string name = 1; Type type = 2; }
`, { keepCase: true });
const Model = root.lookupType('Model');
const TYPES = { float32: 1, int64: 7, float64: 11 };
const bytesOf = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A number is an int; a float is { float: number }. */
function attribute(name, value) {
  if (typeof value === 'string') return { name, type: 3, s: new TextEncoder().encode(value) };
  if (Array.isArray(value)) return { name, type: 7, ints: value };
  return typeof value === 'object' ? { name, type: 1, f: value.float } : { name, type: 2, i: value };
}

/** A graph that is being written; what its methods give are the names of values. */
export class Graph {
  #node = [];
  #initializer = [];
  #input = [];
  #output = [];
  #count = 0;
  #known = new Set();

  /** feeds: { name: { data, shape, dtype } }, what the inputs are to be given. */
  feeds = {};

  #value(name, dtype, shape) {
    return { name, type: { tensor_type: { elem_type: TYPES[dtype], shape: { dim: shape.map((n) => ({ dim_value: n })) } } } };
  }
  input(name, data, shape, dtype = 'float32') {
    this.#input.push(this.#value(name, dtype, shape));
    this.feeds[name] = { data, shape, dtype };
    return name;
  }
  constant(name, data, shape, dtype = 'float32') {
    if (!this.#known.has(name)) this.#initializer.push({ name, dims: shape, data_type: TYPES[dtype], raw_data: bytesOf(data) });
    this.#known.add(name);
    return name;
  }
  ints(...values) {
    return this.constant(`ints ${values.join(' ')}`, BigInt64Array.from(values, BigInt), [values.length], 'int64');
  }
  scalar(value) {
    return this.constant(`scalar ${value}`, Float32Array.of(value), []);
  }
  /** An op of one result, or of `outputs`. */
  node(op, inputs, attributes = {}, outputs = 1) {
    const output = Array.from({ length: outputs }, () => `v${this.#count++}`);
    this.#node.push({ op_type: op, name: output[0], input: inputs, output, attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)) });
    return outputs === 1 ? output[0] : output;
  }
  output(name) {
    this.#output.push({ name });
  }
  /** The file. */
  encode() {
    const graph = { name: 'bench', node: this.#node, initializer: this.#initializer, input: this.#input, output: this.#output };
    return Model.encode(Model.create({ ir_version: 9, producer_name: 'torsh bench', opset_import: [{ domain: '', version: 20 }], graph })).finish();
  }
}
