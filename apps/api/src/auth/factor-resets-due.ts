/**
 * Condition that user `user` has a reset that is due: what it ends has ended from that moment on,
 * whether or not it has been carried out.
 */
export const resetIsDue = (user: string, now: string): string =>
  `EXISTS (SELECT FROM factor_resets reset WHERE reset.user_id = ${user} AND reset.due_at <= ${now})`;
