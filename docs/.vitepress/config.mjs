import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));
const titleOf = (file) => /^# (.*)$/m.exec(readFileSync(`${docs}/${file}`, 'utf8'))[1];
const pages = (folder) => readdirSync(`${docs}/${folder}`).filter((f) => f.endsWith('.md')).sort();
const page = (path) => ({ text: titleOf(`${path}.md`), link: `/${path}` });
const group = (text, ...paths) => ({ text, collapsed: false, items: paths.map(page) });

/** TypeDoc's modules; none while it has not run. Their pages list what is in them: a sidebar of it all would be part of each page. */
function modules() {
  if (!existsSync(`${docs}/api`)) return [];
  return readdirSync(`${docs}/api`, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => ({ text: name, link: `/api/${name}/` }));
}

const guides = [
  group('Start', 'start/node', 'start/page'),
  group('Tutorials', 'tutorials/tensors', 'tutorials/autograd', 'tutorials/first-network', 'tutorials/data', 'tutorials/saving', 'tutorials/server', 'tutorials/page', 'tutorials/extending'),
  group('Coming from', 'guide/pytorch', 'guide/pytorch-names', 'guide/tfjs'),
  group('Guides', 'guide/best-practices', 'performance', 'compile', 'browser', 'files', 'distributions', 'command-line', 'guide/c-api', 'guide/troubleshooting'),
  group('Project', 'architecture', 'adding-an-op', 'coverage', 'packaging', 'releasing', 'dependencies'),
];
const operators = { text: 'Operators', collapsed: false, items: pages('reference').map((f) => page(`reference/${f.replace('.md', '')}`)) };
const reference = [{ text: 'Classes and functions', collapsed: false, items: modules() }, operators];

export default defineConfig({
  title: 'torsh',
  description: 'PyTorch for JavaScript: tensors, autograd, nn, optim and data, native in Node and WebAssembly everywhere',
  base: process.env.DOCS_BASE ?? '/',
  cleanUrls: true,
  metaChunk: true,
  srcExclude: ['README.md', 'node_modules/**'],
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${process.env.DOCS_BASE ?? '/'}torsh.svg` }]],
  markdown: { theme: { light: 'github-light', dark: 'github-dark' } },
  themeConfig: {
    logo: '/torsh.svg',
    outline: [2, 3],
    search: { provider: 'local' },
    nav: [
      { text: 'Guide', link: '/start/node', activeMatch: '^/(start|tutorials|guide)/' },
      { text: 'Reference', link: '/reference/creation', activeMatch: '^/(reference|api)/' },
      { text: 'Performance', link: '/performance' },
    ],
    sidebar: { '/reference/': reference, '/api/': reference, '/': guides },
  },
  vite: { build: { chunkSizeWarningLimit: 4000 } },
});
