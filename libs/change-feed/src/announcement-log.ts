import { unseenBy } from './snapshot.js';
import type { FeedQuery } from './subscriber.js';

export interface Announcement {
  channel: string;
  payload: string;
}

/**
 * After a longer pause than this, by the database's clock, some of what was announced meanwhile may
 * have been deleted. It is kept for at least an hour; a test of the API compares the two.
 */
export const ANNOUNCEMENTS_READ_WITHIN_MS = 30 * 60_000;

interface Position {
  /** Of the table's content, which a crash of the database empties. */
  epoch: string | null;
  snapshot: string;
  at: Date;
}

interface Row extends Position {
  /** null in the one row that there is without any announcement */
  channel: string | null;
  payload: string;
}

const POSITION = `SELECT (SELECT epoch FROM announcement_log) AS epoch,
    pg_current_snapshot()::text AS snapshot, clock_timestamp() AS at`;
const BEGIN_EPOCH = 'INSERT INTO announcement_log DEFAULT VALUES ON CONFLICT DO NOTHING';
/** On one snapshot: the position, and what the last one could not see. */
const READ_NEW = `
  SELECT epoch, snapshot, at, channel, payload FROM (${POSITION}) seen
    LEFT JOIN announcements ON written_by >= $1::xid8 OR written_by = ANY ($2::xid8[])`;

/** What was announced between two reads may be lost, so everything has to be read anew. */
export class AnnouncementsLost extends Error {}

/**
 * What the database's triggers announce, read from the table that they also write it to. Nobody has
 * to listen, so the connection may be a pooler's, which gives each statement another one.
 */
export class AnnouncementLog {
  private last: Position | undefined;

  /** What is announced from now on is what the next read brings. */
  async begin(query: FeedQuery): Promise<void> {
    const [position] = await query<Position>(POSITION, []);
    if (position?.epoch == null) await query(BEGIN_EPOCH, []);
    this.last = position?.epoch == null ? (await query<Position>(POSITION, []))[0] : position;
  }

  /**
   * To be the last of several reads: it notices a crash of the database that has come before it, after
   * which numbers of transactions may be given a second time.
   * @throws AnnouncementsLost
   */
  async read(query: FeedQuery): Promise<Announcement[]> {
    const { last } = this;
    if (!last) throw new AnnouncementsLost('nothing has been read yet');
    const rows = await query<Row>(READ_NEW, unseenBy(last.snapshot));
    const [position] = rows;
    if (!position || position.epoch === null || position.epoch !== last.epoch) {
      throw new AnnouncementsLost('the database has been restarted');
    }
    if (position.at.getTime() - last.at.getTime() > ANNOUNCEMENTS_READ_WITHIN_MS) {
      throw new AnnouncementsLost('the last read is too long ago');
    }
    this.last = position;
    return rows.flatMap(({ channel, payload }) => (channel === null ? [] : { channel, payload }));
  }
}
