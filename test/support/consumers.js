// The projects of test/consumers, each in a folder of its own with the packed tarball in node_modules.
const { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } = require('node:fs');
const { join } = require('node:path');
const { root, must, scratch } = require('./package');
const { missingPackages } = require('./own-packages');

const consumers = join(root, 'test/consumers');

/** `test`, or where the project's tools cannot be had `test.skip`, which is said with the reason. */
function testWith(project, more = null) {
  const why = more ?? missingPackages(join(consumers, project));
  if (why === null) return test;
  process.stderr.write(`test/consumers/${project} is left out: ${why}\n`);
  return test.skip;
}

/** A project's folder: sources of `from` (as { [name]: file of test/consumers }), the packages of `tools` linked, and the tarball. */
async function project(place, name, { tools, files, tarball, type = 'module' }) {
  const folder = join(place.folder, name), modules = join(folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  if (tools) {
    const from = join(consumers, tools, 'node_modules');
    for (const entry of readdirSync(from)) if (!entry.startsWith('.')) symlinkSync(join(from, entry), join(modules, entry));
  }
  mkdirSync(join(modules, 'torsh'));
  await must('tar', ['-xzf', tarball, '-C', join(modules, 'torsh'), '--strip-components=1']);
  require('node:fs').writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type, dependencies: { torsh: '*' } }));
  for (const [to, file] of Object.entries(files)) cpSync(join(consumers, file), join(folder, to));
  return folder;
}

/** The sizes of the files of a folder, gzipped, by name. */
function gzipped(folder) {
  const { gzipSync } = require('node:zlib'), { readFileSync } = require('node:fs');
  return Object.fromEntries(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => {
    const path = join(e.parentPath ?? e.path, e.name);
    return [path.slice(folder.length + 1), gzipSync(readFileSync(path)).length];
  }));
}

module.exports = { consumers, existsSync, testWith, project, gzipped, scratch, must, root };
