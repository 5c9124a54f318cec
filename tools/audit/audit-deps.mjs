import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { npmCommand } from '../setup/npm.mjs';
import { run } from '../setup/run.mjs';
import { inWorkspace, root } from '../setup/workspace.mjs';
import { findings, licencesOf } from './licences.mjs';

/**
 * `npm run audit:deps`: licences and install scripts of what is installed, advisories where the
 * registry answers, and a bill of materials (CycloneDX). Exits with 1 if somebody has to decide.
 */
export async function auditDependencies() {
  const say = (line = '') => process.stdout.write(`${line}\n`);
  const read = (name) => JSON.parse(readFileSync(inWorkspace(name), 'utf8'));
  const lock = read('package-lock.json');
  const { allowScripts } = read('package.json');

  say('Licences');
  for (const [licence, count] of licencesOf(lock))
    say(`  ${String(count).padStart(5)}  ${licence}`);
  const problems = findings(lock, allowScripts);

  say('\nInstall scripts that run');
  for (const [name, allowed] of Object.entries(allowScripts)) if (allowed) say(`         ${name}`);

  say('\nAdvisories for what is in production');
  const audit = await npm('audit', '--omit=dev', '--json', '--audit=true');
  const { metadata, vulnerabilities } = parsed(audit.output) ?? {};
  if (metadata) {
    const { total, ...bySeverity } = metadata.vulnerabilities;
    say(`  ${total} known: ${JSON.stringify(bySeverity)}`);
    for (const { name, severity } of Object.values(vulnerabilities)) {
      if (['high', 'critical'].includes(severity)) problems.push(`${name}: a ${severity} advisory`);
    }
  } else {
    say('  The registry does not answer this question; ask one that does: npm audit --registry=…');
  }

  const { code, output } = await npm('sbom', '--sbom-format=cyclonedx', '--omit=dev');
  if (code === 0) {
    mkdirSync(inWorkspace('dist'), { recursive: true });
    writeFileSync(inWorkspace('dist', 'sbom.cdx.json'), output);
    say(`\nBill of materials: dist/sbom.cdx.json (${parsed(output).components.length} components)`);
  } else {
    problems.push(`npm sbom: ${output.trim().split('\n')[0]}`);
  }

  for (const problem of problems) say(`\n✗ ${problem}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

function npm(...args) {
  const [npm, ...before] = npmCommand();
  return run(npm, [...before, ...args], { cwd: root, env: process.env });
}

function parsed(text) {
  try {
    return JSON.parse(text.slice(text.indexOf('{')));
  } catch {
    return undefined;
  }
}
