'use strict';
// Packages of a part of the tree that has a package.json of its own, installed when they are not there.
const { spawnSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** Null when the packages are there; else why they cannot be installed. */
function missingPackages(folder) {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const lacking = () => Object.keys(dependencies).filter((name) => !existsSync(join(folder, 'node_modules', name)));
  if (lacking().length === 0) return null;
  const { status, stderr, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1', '--fetch-timeout=20000'],
    { cwd: folder, encoding: 'utf8', timeout: 120000, shell: process.platform === 'win32' });
  if (status === 0 && lacking().length === 0) return null;
  return `${lacking().join(', ')} could not be installed: ${error?.message ?? stderr.trim().split('\n').find((line) => /error/.test(line)) ?? `npm ended with ${status}`}`;
}

module.exports = { missingPackages };
