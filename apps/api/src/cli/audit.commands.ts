import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { Command } from 'commander';
import { Clock, DAY, HOUR, MINUTE } from '../config/clock.js';
import { type AuditEntry, AuditLog } from '../users/audit-log.js';
import { type AuditVerdict, AuditVerification } from '../users/audit-verification.js';
import { UsersService } from '../users/users.service.js';
import { withServices } from './application.js';
import { UsageError } from './explain.js';
import { checked } from './input.js';
import { type Cell, jsonOption, type Output, table, type Terminal, toJson } from './terminal.js';

const MAX_RECORDS = 10_000;

class AuditQuery {
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_RECORDS)
  limit!: number;
}

/** Users by their e-mail addresses. */
type ListedRecord = Omit<AuditEntry, 'actor' | 'subject'> &
  Record<'actor' | 'subject', string | null>;

const UNITS: Record<string, number> = { m: MINUTE, h: HOUR, d: DAY };

/** Who did what: the trail that every change by people and by the command line leaves. */
export function auditCommands(terminal: Terminal): Command {
  const group = new Command('audit').description(
    'The audit trail: who signed in, and who changed what.',
  );

  group
    .command('list')
    .description('List the records, latest first.')
    .option('--limit <number>', `how many, ${MAX_RECORDS} at most`, '50')
    .option(
      '--since <time>',
      'no older than this: 90m, 24h, 7d, or a time such as 2026-11-22T08:00Z',
    )
    .option('--user <user>', 'only what this user did, or what was done to this user: e-mail or id')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Records with a hyphen under "by" come from the command line or a schedule.`,
    )
    .action(async (given: Output & { limit: string; since?: string; user?: string }) => {
      const { limit } = await checked(AuditQuery, { limit: given.limit });
      const records = await withServices(terminal.env, async (resolve) => {
        const since = given.since && parseSince(given.since, resolve(Clock).now());
        const user = given.user && (await resolve(UsersService).getByName(given.user));
        const { resources } = await resolve(AuditLog).list({
          limit,
          since: since || undefined,
          userId: user ? user.id : undefined,
        });
        return resources.map((entry) => ({
          ...entry,
          actor: entry.actor?.email ?? null,
          subject: entry.subject?.email ?? null,
        }));
      });
      terminal.out(given.json ? toJson(records) : recordTable(records));
    });

  group
    .command('verify')
    .description('Compare the trail with its seals: is a record missing, changed or added?')
    .option('--seal <number:hash>', 'a seal that was kept elsewhere, which has to be among them')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Ends with 1 and names the first broken record where the trail is not whole. Keep the latest seal
elsewhere, or the log, which has every seal: whoever owns the database could make new ones.`,
    )
    .action(async ({ seal, json }: Output & { seal?: string }) => {
      if (seal !== undefined && !/^[1-9]\d{0,15}:[0-9a-f]{64}$/.test(seal)) {
        throw new UsageError('--seal: write it as the log and this command do, number:hash.');
      }
      const verdict = await withServices(terminal.env, (resolve) =>
        resolve(AuditVerification).verify(seal),
      );
      if (json) terminal.out(toJson(verdict));
      if (verdict.broken !== null) throw new UsageError(verdict.broken);
      if (!json) terminal.out(inSentences(verdict));
    });
  return group;
}

function inSentences({ records, outdated, unsealed, seals, latest }: AuditVerdict): string {
  if (latest === null) return `Nothing has been sealed yet. Records: ${unsealed}.`;
  return [
    'The audit trail is whole.',
    `Unchanged records: ${records}, in seals: ${seals}.`,
    `Failed attempts deleted after their time: ${outdated}.`,
    `Younger than the last seal, and so not verified: ${unsealed}.`,
    `Latest seal, to be kept elsewhere: ${latest}`,
  ].join('\n');
}

function parseSince(value: string, now: Date): Date {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(value) ?? [];
  if (count !== undefined) return new Date(now.getTime() - Number(count) * (UNITS[unit] ?? DAY));
  const time = /^\d{4}-\d{2}-\d{2}/.test(value) ? new Date(value) : new Date(NaN);
  if (Number.isNaN(time.getTime())) {
    throw new UsageError(
      `--since: '${value}' is not a time. Write 90m, 24h, 7d, or a time such as 2026-11-22T08:00Z.`,
    );
  }
  return time;
}

function recordTable(records: ListedRecord[]): string {
  const rows = records.map((record): Cell[] => [
    record.at,
    record.actor ?? record.actorId ?? '-',
    record.action,
    record.subject ?? record.subjectId,
    detailOf(record),
  ]);
  return table(['at', 'by', 'action', 'to', 'detail'], rows, 'No matching records.');
}

function detailOf({ detail }: ListedRecord): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
