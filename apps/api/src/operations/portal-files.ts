import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { BackgroundWork } from '../background/background-work.js';
import { deleteOld, type KeptRows } from '../background/retention.js';
import { Clock, DAY } from '../config/clock.js';
import { deriveKeys } from '../config/config.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { PORTAL_DIRECTORY, portalScript } from '../http/portal.js';

/** A build's pages still get their scripts for a while after its last node has gone. */
export const OUTDATED_FILES: KeptRows = {
  table: 'portal_files',
  condition: 'served_at < $1',
  keptMs: DAY,
};

/**
 * The scripts and styles of the portal's builds, kept in the database: a page that was opened before
 * a deployment asks the new nodes for the old build's files, and one of the new build may ask an
 * old node. No volume has to be shared for that, and no image holds another one's files.
 */
@Injectable()
export class PortalFiles implements OnModuleInit {
  private readonly keys: readonly Buffer[];

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly background: BackgroundWork,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {
    this.keys = deriveKeys(config, 'portal files');
  }

  onModuleInit(): void {
    this.background.step({
      name: 'operations.portal-files',
      schedule: '43 * * * *',
      run: async (signal) => {
        await this.keep();
        const at = { now: this.clock.now(), periods: this.config.retention };
        return deleteOld(this.dataSource, OUTDATED_FILES, at, signal);
      },
    });
  }

  /** Keeps the files of this node's own build, and notes that they are being served. */
  async keep(directory = PORTAL_DIRECTORY): Promise<void> {
    const names = (await readdir(directory).catch(() => [])).filter(portalScript);
    const at = this.clock.now();
    const [known]: [{ name: string }[], number] = await this.dataSource.query(
      'UPDATE portal_files SET served_at = $2 WHERE name = ANY ($1) RETURNING name',
      [names, at],
    );
    const there = new Set(known.map(({ name }) => name));
    for (const name of names.filter((each) => !there.has(each))) {
      const content = await readFile(join(directory, name));
      await this.dataSource.query(
        `INSERT INTO portal_files (name, content, seal, served_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO NOTHING`,
        [name, content, seal(this.keys[0], name, content), at],
      );
    }
  }

  /**
   * A file of another build.
   * @returns null where there is none; or if anybody but a node has written it, because what is
   *   served here runs in every user's session
   */
  async find(name: string): Promise<Buffer | null> {
    const [file]: { content: Buffer; seal: Buffer }[] = await this.dataSource.query(
      'SELECT content, seal FROM portal_files WHERE name = $1',
      [name],
    );
    if (!file) return null;
    const genuine = this.keys.some((key) =>
      timingSafeEqual(seal(key, name, file.content), file.seal),
    );
    return genuine ? file.content : null;
  }
}

function seal(key: Buffer | undefined, name: string, content: Buffer): Buffer {
  if (!key) throw new Error('no key for the portal’s files');
  return createHmac('sha256', key).update(`${name}\n`).update(content).digest();
}
