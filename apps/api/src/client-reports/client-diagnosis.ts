import { Inject, Injectable } from '@nestjs/common';
import { Clock, DAY, toDay } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { ConnectionSamples } from '../connections/connection-samples.js';
import { ClientCodes } from '../oauth-codes/code-samples.js';
import { RecentRequestLog, type RecentRequests } from '../oauth-clients/recent-requests.js';
import { ClientRegistry, type RegistryClient } from '../oauth-clients/registry.service.js';
import { RequestCounts } from '../oauth-clients/request-counts.js';
import type { ClientDiagnosisDto, FindingDto } from './client-diagnosis.dto.js';
import {
  EARLY_MS,
  examine,
  type Finding,
  type FindingCode,
  type FindingParameters,
  isLocal,
  QUIET_DAYS,
  type Symptoms,
} from './diagnosis-rules.js';
import { FINDING_WORDS } from './diagnosis-words.js';

/** How far back single requests are looked at; a mistake that is mended should go away soon. */
const LOOK_BACK_MS = 7 * DAY;

/** What is wrong or risky with a client, from its registration and what it has done lately. */
@Injectable()
export class ClientDiagnosis {
  constructor(
    @Inject(CONFIG) private readonly config: RuntimeConfig,
    private readonly registry: ClientRegistry,
    private readonly counts: RequestCounts,
    private readonly recent: RecentRequestLog,
    private readonly codes: ClientCodes,
    private readonly connections: ConnectionSamples,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError not_found */
  async of(id: string): Promise<ClientDiagnosisDto> {
    const symptoms = await this.look(await this.registry.get(id));
    return {
      examinedAt: symptoms.now.toISOString(),
      findings: examine(symptoms).map(toDto),
      latest: symptoms.recent.latest,
    };
  }

  private async look(client: RegistryClient): Promise<Symptoms & { recent: RecentRequests }> {
    const now = this.clock.now();
    const ago = (ms: number) => new Date(now.getTime() - ms);
    const since = ago(LOOK_BACK_MS);
    const [counts, recent, scopes, exchanges] = await Promise.all([
      this.counts.of(client.id, toDay(ago(QUIET_DAYS * DAY))),
      this.recent.of(client.id, { since, lately: ago(DAY), earlyMs: EARLY_MS }),
      this.connections.scopesOf(client.id),
      this.codes.exchangesOf(client.id, { since, now }),
    ]);
    const [codes, disabled] = await Promise.all([
      this.codes.of(recent.exchangedFor, since),
      this.connections.endedByDisabling(recent.afterEnd.map(({ connectionId }) => connectionId)),
    ]);
    const after = recent.afterEnd.filter(({ connectionId }) => disabled.has(connectionId));
    const requests = after.reduce((sum, ended) => sum + ended.requests, 0);
    const afterDisabling = { requests, connections: after.length };
    const serverIsLocal = isLocal(this.config.publicUrl);
    return {
      ...{ now, client, counts, recent, codes, exchanges, afterDisabling, scopes },
      serverIsLocal,
    };
  }
}

function toDto({ code, severity, parameters }: Finding): FindingDto {
  return {
    code,
    severity,
    parameters,
    seen: sayWhatWasSeen(code, parameters),
    remedy: FINDING_WORDS[code].remedy,
    docs: `/docs/doctor#${code}`,
  };
}

/** The code decides which parameters there are. */
function sayWhatWasSeen(code: FindingCode, parameters: FindingParameters[FindingCode]): string {
  return (FINDING_WORDS[code].seen as (given: unknown) => string)(parameters);
}
