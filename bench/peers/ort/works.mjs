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
  return Object.fromEntries(names.map((work) => [work, make(work)]));
}
