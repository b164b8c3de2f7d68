// What an editor shows: TypeScript's language server, asked as editors ask it.
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { root } = require('./child');

/** Opens `source` as a file of `folder`; resolves to { hover(words, of), complete(words), close }: what stands over the last word of `words` in the source. */
async function edit(folder, name, source) {
  const path = join(folder, name), uri = pathToFileURL(path).href;
  writeFileSync(path, source);
  const server = spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--lsp', '--stdio'], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map();
  let bytes = Buffer.alloc(0), id = 0;
  server.on('exit', (code) => { for (const [, { reject }] of waiting) reject(new Error(`the language server ended with ${code}`)); });
  const send = (message) => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  server.stdout.on('data', (data) => {
    bytes = Buffer.concat([bytes, data]);
    for (;;) {
      const head = bytes.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(bytes.toString('latin1', 0, head))[1]);
      if (bytes.length < head + 4 + length) return;
      const message = JSON.parse(bytes.toString('utf8', head + 4, head + 4 + length));
      bytes = bytes.subarray(head + 4 + length);
      if (message.method && message.id !== undefined) send({ id: message.id, result: message.method === 'workspace/configuration' ? message.params.items.map(() => null) : null });
      else if (waiting.has(message.id)) {
        const { resolve, reject } = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.error) reject(new Error(message.error.message));
        else resolve(message.result);
      }
    }
  });
  const ask = (method, params) => new Promise((resolve, reject) => {
    waiting.set(++id, { resolve, reject });
    send({ id, method, params });
  });
  await ask('initialize', { processId: process.pid, rootUri: pathToFileURL(folder).href, workspaceFolders: null, capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } } });
  send({ method: 'initialized', params: {} });
  send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'typescript', version: 1, text: source } } });
  return {
    async hover(words) {
      const at = source.indexOf(words);
      if (at < 0) throw new Error(`the source has no ${words}`);
      const before = source.slice(0, at + words.length - 1), line = before.split('\n').length - 1;
      const result = await ask('textDocument/hover', { textDocument: { uri }, position: { line, character: before.length - before.lastIndexOf('\n') - 1 } });
      return result === null ? '' : typeof result.contents === 'string' ? result.contents : result.contents.value;
    },
    close() { server.kill(); },
  };
}

module.exports = { edit };
