import { INVITATION_LIFETIME_MS } from '../mail/mail-kinds.js';
import type { Person, UserRecord } from './users.service.js';

/** What every invitation has that is sent by mail, and that nobody has accepted yet. */
export interface SentInvitation {
  id: string;
  invitedBy: Person;
  createdAt: Date;
  /** When the latest link was sent. */
  sentAt: Date;
  expiresAt: Date;
}

/** When a link stops working that is sent now. */
export function linkExpiry(at: Date): Date {
  return new Date(at.getTime() + INVITATION_LIFETIME_MS);
}

/** What others may know of who has invited. */
export function toInviter({ id, email, firstName, lastName }: UserRecord): Person {
  return { id, email, firstName, lastName };
}
