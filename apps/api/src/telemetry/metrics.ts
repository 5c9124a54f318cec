import { Injectable } from '@nestjs/common';
import cluster from 'node:cluster';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { WorkerFigures } from './worker-metrics.js';

/** What a gauge says of several workers: their sum, or the one that matters. */
type OfWorkers = 'sum' | 'min' | 'max';

/**
 * What this process tells `/metrics`. Each module declares its own here, in a class `…Metrics`, and
 * counts them. A label has few values, all of them ours: what an unidentified sender sends never
 * becomes one.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly shared = cluster.isWorker ? new WorkerFigures(this.registry) : undefined;

  /** As Prometheus reads it: of this process, or of all workers that it is one of. */
  text(): Promise<string> {
    return this.shared?.ofAll() ?? this.registry.metrics();
  }

  counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }

  /**
   * A value that is read at every scrape.
   * @param ofWorkers how those of several become one
   * @param collect sets it; must not wait
   */
  gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    ofWorkers: OfWorkers,
    collect: (gauge: Gauge<Label>) => void,
  ): void {
    new Gauge<Label>({
      name,
      help,
      labelNames,
      aggregator: ofWorkers,
      registers: [this.registry],
      collect() {
        collect(this);
      },
    });
  }
}
