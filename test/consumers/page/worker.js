// The handler stands before the backend has loaded, because the page's message may come sooner.
const loaded = import('torsh');
globalThis.onmessage = async ({ data }) => {
  try {
    const { default: torsh } = await loaded;
    globalThis.postMessage({ name: torsh.backend.name, squared: torsh.tensor(data).pow(2).tolist() });
  } catch (error) {
    globalThis.postMessage({ error: error.message });
  }
};
