import { Command, Option } from 'commander';
import { parseConfig } from '../config/config.js';
import { ApiError } from '../http/api-error.js';
import { OAuthClientsService } from '../oauth-clients/oauth-clients.service.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { RequestLog, type RequestLogRecord } from '../oauth-clients/request-log.js';
import { RequestLogQuery } from '../oauth-clients/request-log.dto.js';
import { type Resolve, withServices } from './application.js';
import { UsageError } from './explain.js';
import { CLIENT, findClient } from './find-client.js';
import { checked } from './input.js';
import {
  card,
  type Cell,
  jsonOption,
  type Output,
  table,
  type Terminal,
  toJson,
} from './terminal.js';
import { MAX_LIMIT } from '../http/envelope.js';

interface RequestFilter {
  requestId?: string;
  outcome?: string;
  reason?: string;
  since?: string;
  limit: string;
}

/** Why a client's requests have failed. */
export function requestsCommand(terminal: Terminal): Command {
  return new Command('requests')
    .description(
      'Show a client’s latest requests, or one request in full, and why it failed. The request id alone is enough.',
    )
    .argument('[client]', CLIENT)
    .option('--request-id <id>', 'one request, by the id from its answer or X-Request-Id header')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(['success', 'failure']))
    .option('--reason <code>', 'only failures with this reason')
    .option('--since <moment>', 'from this moment on, such as 2026-11-22T08:00:00Z')
    .option('--limit <number>', `how many, ${MAX_LIMIT} at most`, '20')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Example:
  npm run cli -- oauth-clients requests maklerwelt-crm --outcome failure
  npm run cli -- oauth-clients requests --request-id 5f0c7c1e-2f5e-4f3a-9d7c-1b8f6f0a2e44`,
    )
    .action(async (name: string | undefined, given: Output & RequestFilter) => {
      const { json, ...filter } = given;
      const query = await checked(RequestLogQuery, filter);
      if (query.requestId !== undefined) {
        const keptDays = parseConfig(terminal.env).retention.requestLog;
        const request = await withServices(terminal.env, (resolve) =>
          findRequest(resolve, { name, query, keptDays }),
        );
        terminal.out(json ? toJson(request) : requestCard(request));
        return;
      }
      if (name === undefined) throw new UsageError('Name a client, or give a --request-id.');
      const { resources } = await withServices(terminal.env, async (resolve) =>
        resolve(RequestLog).list((await findClient(resolve(ClientRegistry), name)).id, query),
      );
      const rows = resources.map((request): Cell[] => [
        request.at,
        request.endpoint,
        request.grantType ?? request.route,
        request.outcome,
        request.reason,
        request.ip,
        request.requestId,
      ]);
      const headings = [
        'at',
        'endpoint',
        'grant type',
        'outcome',
        'reason',
        'address',
        'request id',
      ];
      terminal.out(json ? toJson(resources) : table(headings, rows, 'No requests yet.'));
    });
}

type FoundRequest = RequestLogRecord & { clientId: string };

interface Wanted {
  /** The client that it must belong to, if one is named. */
  name: string | undefined;
  query: RequestLogQuery;
  keptDays: number;
}

async function findRequest(
  resolve: Resolve,
  { name, query: { requestId = '', outcome }, keptDays }: Wanted,
): Promise<FoundRequest> {
  const client = name === undefined ? undefined : await findClient(resolve(ClientRegistry), name);
  const found = await resolve(RequestLog).find(requestId);
  const isMeant =
    found &&
    (client === undefined || client.id === found.oauthClientId) &&
    (outcome === undefined || outcome === found.outcome);
  if (!isMeant) {
    throw new ApiError(
      'not_found',
      `There is no such request in the log. It has the requests of the last ${keptDays} days that name a registered client; every other request has a line with its requestId in the program’s own output.`,
    );
  }
  const { oauthClientId, ...request } = found;
  const clients = await resolve(OAuthClientsService).byIds([oauthClientId]);
  return { clientId: clients.get(oauthClientId)?.clientId ?? oauthClientId, ...request };
}

function requestCard(request: FoundRequest): string {
  return card([
    ['request id', request.requestId],
    ['client', request.clientId],
    ['at', request.at],
    ['endpoint', request.endpoint],
    ['route', request.route],
    ['requests', request.requests],
    ['grant type', request.grantType],
    ['outcome', request.outcome],
    ['error', request.error],
    ['reason', request.reason],
    ['detail', request.detail],
    ['what to do', request.error && '/docs/errors'],
    ['connection', request.connectionId],
    ['address', request.ip],
    ['milliseconds', request.durationMs],
  ]);
}
