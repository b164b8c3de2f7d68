// Runs scripts in a Node process of their own.
const { execFile } = require('node:child_process');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/** What hangs ends after this many ms: well before Jest's own limit, and long after what works on a busy machine. */
const PATIENCE = 240000;

/** Runs a program; resolves to { code, stdout, stderr }, also when it fails. */
function run(file, args, { cwd = root, env = {}, timeout = PATIENCE } = {}) {
  const full = { ...process.env, ...env };
  for (const [k, v] of Object.entries(full)) if (v === undefined) delete full[k];
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: full, timeout, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal ?? 1) : 0, stdout, stderr });
    });
  });
}

/** Runs CommonJS source (or ESM with { esm: true }) whose last printed line is JSON; resolves to that value. */
async function evaluate(source, { esm = false, node = [], ...options } = {}) {
  const result = await run(process.execPath, [...node, ...(esm ? ['--input-type=module'] : []), '-e', source], options);
  if (result.code !== 0) throw new Error(`exit ${result.code}\n${result.stdout}${result.stderr}`);
  return JSON.parse(result.stdout.trim().split('\n').pop());
}

/** Source of an expression: the most memory that the process itself has had in RAM, MB. (On Linux maxRSS counts what the process had before exec: that of its parent.) */
const PEAK_RSS = `(process.platform === 'linux' ? Number(/VmHWM:\\s*(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]) : process.resourceUsage().maxRSS) / 1024`;

module.exports = { root, run, evaluate, PEAK_RSS };
