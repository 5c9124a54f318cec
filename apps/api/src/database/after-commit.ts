import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager, EntitySubscriberInterface, QueryRunner } from 'typeorm';

interface TransactionEnd {
  queryRunner: QueryRunner;
}

/** Runs work after a transaction has committed, and never if it rolls back. */
@Injectable()
export class AfterCommit implements EntitySubscriberInterface {
  private readonly waiting = new WeakMap<QueryRunner, (() => void)[]>();

  constructor(@InjectDataSource() dataSource: DataSource) {
    dataSource.subscribers.push(this);
  }

  /**
   * @param tx a manager without a transaction commits every statement, so `run` is called at once
   */
  run(tx: EntityManager, run: () => void): void {
    const { queryRunner } = tx;
    if (!queryRunner?.isTransactionActive) return run();
    this.waiting.set(queryRunner, [...(this.waiting.get(queryRunner) ?? []), run]);
  }

  afterTransactionCommit({ queryRunner }: TransactionEnd): void {
    // A released savepoint commits nothing yet.
    if (queryRunner.isTransactionActive) return;
    const runs = this.waiting.get(queryRunner) ?? [];
    this.waiting.delete(queryRunner);
    for (const run of runs) run();
  }

  afterTransactionRollback({ queryRunner }: TransactionEnd): void {
    this.waiting.delete(queryRunner);
  }
}
