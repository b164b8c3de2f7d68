#!/usr/bin/env node
/** `npx torsh COMMAND`: looks at the installation, at files and at models. The build makes dist/cli.mjs of this folder. */
import process from 'node:process';
import * as util from 'node:util';
import { UsageError, read, usageOf } from './arguments.mjs';
import { bench } from './bench.mjs';
import { convert } from './convert.mjs';
import { doctor } from './doctor.mjs';
import { inspect } from './inspect.mjs';
import { summary } from './summary.mjs';
import { bold, safeLines } from './text.mjs';
import { loadTorsh, version } from './torsh.mjs';
import { train } from './train.mjs';

/** A command: { about, line (its operands), options, operands: [least, most, what], run(values, operands) }; run gives the exit code, 0 unless it says otherwise. */
const commands = { doctor, bench, train, convert, inspect, summary };

const help = () => `torsh ${version}: PyTorch for JavaScript

Usage: torsh COMMAND [options]

${Object.entries(commands).map(([name, { about, line }]) => `  ${bold(`${name} ${line}`.padEnd(22))}  ${about}`).join('\n')}

torsh COMMAND --help tells a command's options; torsh --version its version.
Exit codes: 0 done, 1 it could not be done, 2 a command line that cannot be meant.`;

async function main([name, ...args]) {
  if (name === '--version' || name === '-v') {
    console.log(version);
    return 0;
  }
  if (!util.parseArgs) {
    console.error(`torsh needs Node 18.3 or later, and this is Node ${process.versions.node}: install a newer one (https://nodejs.org)`);
    return 1;
  }
  if (name === 'help' && Object.hasOwn(commands, args[0] ?? '')) {
    console.log(usageOf(args[0], commands[args[0]]));
    return 0;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    console.log(help());
    return 0;
  }
  if (name === undefined) {
    console.error(help());
    return 2;
  }
  if (!Object.hasOwn(commands, name)) {
    console.error(safeLines(`torsh: there is no command '${name}'\n\n${help()}`));
    return 2;
  }
  const command = commands[name];
  try {
    const { help: asked, values, operands } = read(args, command);
    if (asked) {
      console.log(usageOf(name, command));
      return 0;
    }
    if (values.backend) process.env.TORSH_BACKEND = values.backend;
    return (await command.run(values, operands, loadTorsh)) ?? 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(safeLines(`torsh ${name}: ${error.message}\n\n${usageOf(name, command)}`));
      return 2;
    }
    // What a file or its user did wrong needs words, not a stack trace.
    console.error(safeLines(`torsh ${name}: ${error?.name === 'TorshError' || error?.expected ? error.message : error?.stack ?? error}`));
    return 1;
  }
}

// Whoever reads our output may stop before its end.
process.stdout.on('error', (error) => { process.exit(error.code === 'EPIPE' ? 0 : 1); });
process.exitCode = await main(process.argv.slice(2));
