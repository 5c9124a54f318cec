import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';

/**
 * When each step last succeeded, on any node. A step that never has counts from when it was first
 * scheduled, so that an alert on its age catches it too.
 */
@Injectable()
export class StepRecords {
  private readonly known = new Map<string, Date>();
  private reading: Promise<void> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Records steps that are scheduled for the first time. */
  async scheduled(names: readonly string[]): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO background_steps (name, last_success_at)
       SELECT name, $2 FROM unnest($1::text[]) name ON CONFLICT DO NOTHING`,
      [names, this.clock.now()],
    );
    await this.refresh();
  }

  async succeeded(name: string): Promise<void> {
    const now = this.clock.now();
    await this.dataSource.query(
      `INSERT INTO background_steps (name, last_success_at) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET last_success_at = excluded.last_success_at`,
      [name, now],
    );
    this.know(name, now);
  }

  /** What this node knows, without waiting for the database. */
  lastSuccesses(): ReadonlyMap<string, Date> {
    return this.known;
  }

  /** Reads what other nodes have done; concurrent callers share one read. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(): Promise<void> {
    const rows: { name: string; at: Date }[] = await this.dataSource.query(
      'SELECT name, last_success_at AS at FROM background_steps',
    );
    for (const { name, at } of rows) this.know(name, at);
  }

  /** A read that began before a step ended has missed it. */
  private know(name: string, at: Date): void {
    if (at >= (this.known.get(name) ?? at)) this.known.set(name, at);
  }
}
