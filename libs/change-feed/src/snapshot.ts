/**
 * What a snapshot could not see, so that rows which say which transaction wrote them are found once:
 * those of transactions that had not begun then, and of those that were under way, however long they
 * took to commit.
 * @param snapshot `xmin:xmax:xip,…`, as PostgreSQL writes it
 */
export function unseenBy(snapshot: string): [from: string, underWay: string[]] {
  const [, from = '0', underWay = ''] = snapshot.split(':');
  return [from, underWay.split(',').filter(Boolean)];
}
