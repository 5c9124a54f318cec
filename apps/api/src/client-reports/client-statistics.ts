import { Injectable } from '@nestjs/common';
import { Clock, DAY, toDay } from '../config/clock.js';
import { ConnectionCounts } from '../connections/connection-counts.js';
import { DailyCounts } from '../connections/daily-counts.js';
import { ClientRegistry } from '../oauth-clients/registry.service.js';
import { RequestCounts } from '../oauth-clients/request-counts.js';
import type { ClientDayDto, ClientStatisticsDto } from './client-statistics.dto.js';

/** What a client has done day by day. Everything comes from counts by day, by their keys. */
@Injectable()
export class ClientStatistics {
  constructor(
    private readonly registry: ClientRegistry,
    private readonly requests: RequestCounts,
    private readonly connections: ConnectionCounts,
    private readonly daily: DailyCounts,
    private readonly clock: Clock,
  ) {}

  /**
   * @param count how many days, today (UTC) the last of them
   * @throws ApiError not_found
   */
  async of(id: string, count: number): Promise<ClientStatisticsDto> {
    const { id: oauthClientId } = await this.registry.get(id);
    const today = this.clock.now().getTime();
    const names = Array.from({ length: count }, (_, index) =>
      toDay(new Date(today - (count - 1 - index) * DAY)),
    );
    const [since = ''] = names;
    const [requests, active, now] = await Promise.all([
      this.requests.of(oauthClientId, since),
      this.daily.of(oauthClientId, since),
      this.connections.ofClient(oauthClientId),
    ]);
    active.set(names.at(-1) ?? '', now.activeConnections);
    const days = new Map(names.map((day) => [day, emptyDay(day, active.get(day) ?? null)]));
    for (const { day, kind, failed, reason, requests: number } of requests) {
      const found = days.get(day);
      if (!found) continue;
      if (failed) addFailures(found, reason, number);
      else if (kind === 'exchange') found.exchanges += number;
      else if (kind === 'refresh') found.refreshes += number;
    }
    return { days: [...days.values()] };
  }
}

function emptyDay(day: string, activeConnections: number | null): ClientDayDto {
  return { day, exchanges: 0, refreshes: 0, failures: [], activeConnections };
}

/** The same reason may have failed at several endpoints. */
function addFailures({ failures }: ClientDayDto, reason: string, requests: number): void {
  const known = failures.find((failure) => failure.reason === reason);
  if (known) known.requests += requests;
  else failures.push({ reason, requests });
}
