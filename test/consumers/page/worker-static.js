// Import maps do not reach into workers: an address.
const loaded = import('./node_modules/torsh/dist/torsh.web.mjs');
globalThis.onmessage = async ({ data }) => {
  const { default: torsh } = await loaded;
  globalThis.postMessage({ name: torsh.backend.name, squared: torsh.tensor(data).pow(2).tolist() });
};
