import { ApiProperty } from '@nestjs/swagger';
import type { MailboxMail } from './mailbox.js';

/** A mail that the demo would have sent. */
export class DemoMailDto {
  @ApiProperty({ format: 'uuid', example: '2b0c8a52-4c3e-4f0e-8c4b-64f1d7a9f3c1' })
  id!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-22T08:30:00.000Z' })
  at!: string;

  @ApiProperty({ format: 'email', example: 'user@musterhaus.example' })
  to!: string;

  @ApiProperty({ example: 'Ihr Passwort wurde geändert' })
  subject!: string;

  @ApiProperty({ example: 'Guten Tag! …' })
  text!: string;

  @ApiProperty({ example: '<!doctype html>…' })
  html!: string;
}

export function toDemoMail({ at, ...mail }: MailboxMail & { at: Date }): DemoMailDto {
  return { ...mail, at: at.toISOString() };
}
