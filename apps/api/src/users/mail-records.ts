import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Mail } from '../mail/mail.js';
import type { MailKind } from '../mail/mail-kinds.js';
import { AuditLog } from './audit-log.js';

/**
 * Of interest to their recipients alone: in a company's trail they would tell its admins who among
 * their people is invited elsewhere, and which addresses have an account with somebody else.
 */
const FOR_RECIPIENTS_ALONE: ReadonlySet<MailKind> = new Set<MailKind>([
  'developer-invitation',
  'email-change',
  'email-change-known',
  'invitation',
  'invitation-known',
]);

/** Notes each mail in the audit trail: of which kind, to whom, and what became of it. */
@Injectable()
export class MailRecords implements OnModuleInit {
  constructor(
    private readonly mail: Mail,
    private readonly audit: AuditLog,
  ) {}

  onModuleInit(): void {
    this.mail.onSettled((tx, { kind, status, error, userId, aboutId, aboutAccountId, at }) =>
      this.audit.record(tx, {
        actorId: null,
        action: status === 'sent' ? 'mail_sent' : 'mail_failed',
        subjectId: userId ?? aboutId,
        detail: {
          mail: kind,
          ...(error !== null && { reason: error }),
          ...(aboutAccountId !== null && { accountId: aboutAccountId }),
        },
        isApart: FOR_RECIPIENTS_ALONE.has(kind),
        at,
      }),
    );
  }
}
