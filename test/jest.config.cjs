// Every suite in test/ runs on both backends from one set of files; those in test/both/ use both at once, once.
// TORSH_BACKEND=wasm (or native) leaves the other backend out, for machines that can build only one.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const only = process.env.TORSH_BACKEND;
// The long sweeps of test/full instead of the usual suites: `npm run test:full`.
const full = Boolean(process.env.TORSH_FULL);

const common = {
  rootDir: root,
  testEnvironment: '<rootDir>/test/support/environment.js',
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/packages/', '<rootDir>/test/consumers/', '<rootDir>/types/'],
  haste: { forceNodeFilesystemAPI: true },
};

const entries = (main) => ({
  '^torsh$': `<rootDir>/dist/${main}.cjs`,
  '^torsh/(native|wasm|worker)$': '<rootDir>/dist/$1.cjs',
});

const project = (name) => ({
  ...common,
  displayName: name,
  testMatch: full ? ['<rootDir>/test/full/*layouts.test.js', '<rootDir>/test/loop.test.js'] : ['<rootDir>/test/*.test.js', '<rootDir>/test/{autograd,nn}/*.test.js'],
  moduleNameMapper: entries(name),
  setupFilesAfterEnv: ['<rootDir>/test/support/setup.js'],
  globals: { BACKEND: name },
});

for (const name of ['native', 'wasm']) {
  if (only && only !== name) continue;
  const file = name === 'native' ? 'build/Release/torsh.node' : 'dist/torsh.wasm';
  if (!existsSync(join(root, file))) throw new Error(`${file} is missing: run \`npm run build\`, or set TORSH_BACKEND=${name === 'native' ? 'wasm' : 'native'}`);
}

module.exports = {
  rootDir: root,
  projects: [
    ...(only === 'wasm' ? [] : [project('native')]),
    ...(only === 'native' ? [] : [project('wasm')]),
    ...(only ? [] : [{ ...common, displayName: 'both', testMatch: [full ? '<rootDir>/test/full/{parity,consumers,next,platform}*.test.js' : '<rootDir>/test/both/*.test.js'], moduleNameMapper: entries('torsh') }]),
  ],
  // A worker whose heap has grown collects slowly.
  workerIdleMemoryLimit: '700MB',
  // For what hangs: a busy machine takes many times as long as an idle one.
  testTimeout: 300000,
};
