import 'reflect-metadata';
import { runCommand } from './cli/program.js';
import { processTerminal } from './cli/terminal.js';

void runCommand(process.argv.slice(2), processTerminal).then((exitCode) => {
  process.exitCode = exitCode;
});
