// What the packages say of themselves.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageName, platforms } from '../../packages/platforms.mjs';

const own = (root) => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** package.json of a platform package. What stands under `torsh` is compared when it is loaded: see lib/backend/addon.node.ts. */
export function platformManifest(root, name, { tableHash, glibc, blas }) {
  const { version, license, repository, engines } = own(root), { os, cpu, libc } = platforms[name];
  return {
    name: packageName(name), version, description: `The native backend of torsh for ${name}`, license, ...(repository && { repository: { ...repository, directory: `packages/${name}` } }), engines,
    os: [os], cpu: [cpu], ...(libc && { libc: [libc] }),
    main: 'torsh.node', files: ['torsh.node', 'LICENSE-openblas.txt'],
    torsh: { tableHash, napi: 8, blas, ...(glibc && { glibc }) },
    publishConfig: { access: 'public' },
  };
}

/** What torsh's own package.json says when it is published: npm takes the one that fits the machine, and does without where there is none. */
export const optionalDependencies = (version) => Object.fromEntries(Object.keys(platforms).map((name) => [packageName(name), version]));

export const readme = (name, { glibc, blas }) => `# ${packageName(name)}

The native backend of [torsh](https://www.npmjs.com/package/torsh) for ${name}, with ${blas}${glibc ? `; it needs GLIBC ${glibc} or later` : ''}. torsh finds it by itself: \`npm install torsh\` is all.
`;
