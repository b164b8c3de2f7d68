/** What onnxruntime does in the bench: works(ort, build, options), with build of peers/onnx/works.mjs (or what asks it from afar), which makes a model of a request. */

export function works(ort, names, build, options) {
  const make = (work) => async (parameters) => {
    const built = await build({ work, ...parameters });
    if (!built) return undefined;
    const session = await ort.InferenceSession.create(built.model, { graphOptimizationLevel: 'all', executionMode: 'sequential', ...options });
    const feeds = Object.fromEntries(Object.entries(built.feeds).map(([name, { data, shape, dtype }]) => [name, new ort.Tensor(dtype, data, shape)]));
    return {
      run: () => session.run(feeds),
      result: async () => Object.values(await session.run(feeds)).map((t) => t.data),
      free: () => { session.release?.(); },
    };
  };
  /* A model as it lies on the disk, of one input, for the measure of memory: building it here would count. */
  const file = async ({ model, shape }) => {
    const session = await ort.InferenceSession.create(model, options), x = new ort.Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
    return { run: () => session.run({ x }) };
  };
  return { ...Object.fromEntries(names.map((work) => [work, make(work)])), file };
}
