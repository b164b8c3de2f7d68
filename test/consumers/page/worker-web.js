// For bundlers whose workers are classic scripts, without top-level await and chunks (Vite): torsh/web. A message may come before the backend.
import torsh, { init } from 'torsh/web';

const ready = init();
globalThis.onmessage = async ({ data }) => {
  try {
    await ready;
    globalThis.postMessage({ name: torsh.backend.name, squared: torsh.tensor(data).pow(2).tolist() });
  } catch (error) {
    globalThis.postMessage({ error: error.message });
  }
};
