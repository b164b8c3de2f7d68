/** Who may import whom in lib/, and where Node, WebAssembly and the backend's name may appear. */
import { builtinModules } from 'node:module';

/** Development dependencies that are bundled where pages lack what Node has. */
export const bundled = new Set(['fflate']);
const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/** Import specifiers of a TypeScript file with their line numbers. */
function importsOf(text) {
  const found = [];
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\brequire\s*\(\s*|^\s*import\s+)(['"])([^'"\n]+)\1/gm;
  for (let m = pattern.exec(text); m; m = pattern.exec(text)) {
    found.push({ name: m[2], line: text.slice(0, m.index + m[0].length).split('\n').length });
  }
  return found;
}

/** Names that a module exports at run time or as types. */
function exportsOf(text) {
  const names = new Set();
  for (const m of text.matchAll(/^export\s+(?:declare\s+)?(?:async\s+)?(?:abstract\s+)?(?:function\*?|const|let|class|interface|type|enum)\s+(\w+)/gm)) names.add(m[1]);
  for (const m of text.matchAll(/^export\s+(?:type\s+)?\{([^}]*)\}/gm)) {
    for (const part of m[1].split(',')) {
      const name = part.trim().split(/\s+as\s+/).pop().replace(/^type\s+/, '');
      if (name) names.add(name);
    }
  }
  if (/^export default\b/m.test(text)) names.add('default');
  return names;
}

/** `from` + './x/y' as a path without extension. */
function resolve(from, name) {
  const parts = from.split('/').slice(0, -1);
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/').replace(/\.(js|ts|mjs|cjs)$/, '');
}

/** Comments are free to name anything; newlines stay, so that line numbers do. */
const withoutComments = (text) =>
  text.replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, '')).replace(/(^|[\s;{}(,])\/\/[^\n]*/g, '$1');

/** files: Map of path (from the root) to text. */
export function checkModules(files) {
  const problems = [];
  for (const [path, text] of files) {
    if (!/^lib\/.*\.ts$/.test(path) || path.endsWith('.d.ts')) continue;
    const code = withoutComments(text);
    const isNode = path.endsWith('.node.ts');
    for (const { name, line } of importsOf(code)) {
      const at = `${path}:${line}`;
      if (builtins.has(name) && !isNode) problems.push(`${at}: Node's '${name}' belongs in a *.node.ts file`);
      if (!name.startsWith('.')) {
        if (!builtins.has(name) && !(bundled.has(name) && path.endsWith('.web.ts'))) problems.push(`${at}: '${name}' would be a runtime dependency`);
        continue;
      }
      const target = resolve(path, name);
      if (/^lib\/(nn|optim|data)\//.test(path) && /^lib\/backend\/(native|wasm)/.test(target)) {
        problems.push(`${at}: ${path.split('/')[1]} may not know a backend (${target})`);
      }
    }
    code.split('\n').forEach((line, i) => {
      const at = `${path}:${i + 1}`;
      if (/\.node['"`]/.test(line) && path !== 'lib/backend/addon.node.ts' && !/\bfrom\b|\bimport\b/.test(line)) {
        problems.push(`${at}: only backend/addon.node.ts touches .node files`);
      }
      if (/\bWebAssembly\s*[.[]/.test(line) && !/^lib\/backend\/wasm(-\w+)?(\.node|\.web)?\.ts$/.test(path)) {
        problems.push(`${at}: only backend/wasm*.ts touch WebAssembly`);
      }
      if (/\bbackend\.name\s*[!=]==?|[!=]==?\s*\w*\.?backend\.name\b|switch\s*\([^)]*backend\.name/.test(line) && !path.startsWith('lib/backend/')) {
        problems.push(`${at}: a test of the backend's name outside backend/`);
      }
    });
    if (isNode) {
      const twin = path.replace(/\.node\.ts$/, '.web.ts');
      if (!files.has(twin)) {
        problems.push(`${path}: has no twin ${twin}`);
      } else {
        const [here, there] = [exportsOf(code), exportsOf(withoutComments(files.get(twin)))];
        for (const name of here) if (!there.has(name)) problems.push(`${twin}: does not export '${name}' as its twin does`);
        for (const name of there) if (!here.has(name)) problems.push(`${path}: does not export '${name}' as its twin does`);
      }
    }
    if (path.endsWith('.web.ts') && !files.has(path.replace(/\.web\.ts$/, '.node.ts'))) problems.push(`${path}: has no *.node.ts twin`);
  }
  return problems;
}
