import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { Clock, MINUTE } from '../config/clock.js';
import { deriveKeys } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { Sealing } from '../config/sealing.js';
import type { MailKind } from './mail-kinds.js';
import type { Locale } from './mail-text.js';

/** Longer than a server may take for one mail: after that, its node has died. */
const CLAIM_MS = 2 * MINUTE;

/** To whom a mail goes. */
export interface Recipient {
  email: string;
  locale: Locale;
  /** null where the address belongs to no user yet. */
  userId: string | null;
}

/** What a mail is about, where it goes to no user: of that its audit record speaks. */
export interface MailAbout {
  /** Of an invitation, or of the user who wants to have the address. */
  id: string;
  /** The company that it concerns. */
  accountId?: string | undefined;
}

/** What a mail is written from. Encrypted until the mail has been sent, then erased. */
export interface MailContent {
  to: Recipient;
  data: object;
}

export interface NewMail extends MailContent {
  about?: MailAbout | undefined;
}

export interface ClaimedMail {
  id: string;
  kind: MailKind;
  /** null: encrypted with a secret that this node does not know. */
  content: MailContent | null;
  sendBy: Date;
  tries: number;
}

/** A mail that has been sent or given up. */
export interface SettledMail {
  kind: MailKind;
  status: 'sent' | 'failed';
  /** Why it was given up, as a code, without the address; null for one that was sent. */
  error: string | null;
  /** null where the address belonged to no user. */
  userId: string | null;
  aboutId: string | null;
  aboutAccountId: string | null;
  at: Date;
}

export type SettledHook = (tx: EntityManager, mail: SettledMail) => Promise<void>;

interface Row {
  id: string;
  kind: MailKind;
  sealed: Buffer;
  sendBy: Date;
  tries: number;
}

const CLAIMED = `id, kind, sealed, send_by AS "sendBy", tries`;

/** The table of mails: each is written with what it tells about, and erased when it has been sent. */
@Injectable()
export class MailOutbox {
  private readonly sealing: Sealing;
  private readonly settledHooks: SettledHook[] = [];

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) config: RuntimeConfig,
  ) {
    this.sealing = new Sealing(deriveKeys(config, 'mails'));
  }

  /** @returns the ids of the mails, which are all of one kind */
  async addAll(
    tx: EntityManager,
    { kind, sendWithinMs }: { kind: MailKind; sendWithinMs: number },
    mails: readonly NewMail[],
  ): Promise<string[]> {
    const ids = mails.map(() => randomUUID());
    const now = this.clock.now();
    await tx.query(
      `INSERT INTO mails (id, user_id, sealed, kind, status, created_at, send_by, about_id,
                          about_account_id)
       SELECT m.id, m.user_id, m.sealed, $4, 'waiting', $5, $6, m.about_id, m.about_account_id
         FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $7::uuid[], $8::uuid[])
              AS m (id, user_id, sealed, about_id, about_account_id)`,
      [
        ids,
        mails.map(({ to }) => to.userId),
        mails.map(({ to, data }) => this.sealing.seal(Buffer.from(JSON.stringify({ to, data })))),
        kind,
        now,
        new Date(now.getTime() + sendWithinMs),
        mails.map(({ about }) => about?.id ?? null),
        mails.map(({ about }) => about?.accountId ?? null),
      ],
    );
    return ids;
  }

  /** @returns the mail, which nobody else sends meanwhile; undefined where it is not to be had */
  claim(id: string): Promise<ClaimedMail | undefined> {
    const free = 'id = $2 AND (claimed_until IS NULL OR claimed_until <= $3)';
    return this.claimOne(free, [id, this.clock.now()]);
  }

  /** The oldest mail that nobody has tried to send yet. */
  claimNext(): Promise<ClaimedMail | undefined> {
    return this.claimOne('tries = 0', []);
  }

  async isWaiting(id: string): Promise<boolean> {
    const rows = await this.dataSource.query(
      `SELECT 1 FROM mails WHERE id = $1 AND status = 'waiting'`,
      [id],
    );
    return rows.length > 0;
  }

  /** Registers what must happen in the same transaction when a mail has been sent or given up. */
  onSettled(hook: SettledHook): void {
    this.settledHooks.push(hook);
  }

  /** Ends the mail, whose content is erased. */
  async settle(id: string, status: SettledMail['status'], error: string | null): Promise<void> {
    const at = this.clock.now();
    await this.dataSource.transaction(async (tx) => {
      const [[settled]]: [Omit<SettledMail, 'status' | 'error' | 'at'>[], number] = await tx.query(
        `UPDATE mails SET status = $2, sealed = NULL, claimed_until = NULL, settled_at = $3, error = $4
          WHERE id = $1 AND status = 'waiting' RETURNING kind, user_id AS "userId",
                about_id AS "aboutId", about_account_id AS "aboutAccountId"`,
        [id, status, at, error],
      );
      if (!settled) return;
      for (const hook of this.settledHooks) await hook(tx, { ...settled, status, error, at });
    });
  }

  /** Leaves the mail to another try. */
  async release(id: string, error: string): Promise<void> {
    await this.dataSource.query(
      `UPDATE mails SET claimed_until = NULL, error = $2 WHERE id = $1 AND status = 'waiting'`,
      [id, error],
    );
  }

  /** The ids of mails that were due before this moment, and wait all the same. */
  async overdue(before: Date): Promise<string[]> {
    const rows: { id: string }[] = await this.dataSource.query(
      `SELECT id FROM mails WHERE status = 'waiting' AND created_at <= $1
          AND (claimed_until IS NULL OR claimed_until <= $2)
        ORDER BY created_at LIMIT 1000`,
      [before, this.clock.now()],
    );
    return rows.map(({ id }) => id);
  }

  /** How many mails wait, and since when the oldest does. */
  async waiting(): Promise<{ count: number; since: Date | null }> {
    const [row] = await this.dataSource.query(
      `SELECT count(*)::integer AS count, min(created_at) AS since
         FROM mails WHERE status = 'waiting'`,
    );
    return row;
  }

  private async claimOne(which: string, values: unknown[]): Promise<ClaimedMail | undefined> {
    const until = new Date(this.clock.now().getTime() + CLAIM_MS);
    const [rows]: [Row[]] = await this.dataSource.query(
      `UPDATE mails SET claimed_until = $1, tries = tries + 1
        WHERE id = (SELECT id FROM mails WHERE status = 'waiting' AND ${which}
                     ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING ${CLAIMED}`,
      [until, ...values],
    );
    const row = rows[0];
    if (!row) return undefined;
    const { sealed, ...mail } = row;
    const { plain } = this.sealing.open(sealed);
    return { ...mail, content: plain && (JSON.parse(plain.toString()) as MailContent) };
  }
}
