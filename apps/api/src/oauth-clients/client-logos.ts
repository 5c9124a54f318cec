import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { Clock } from '../config/clock.js';
import { CONFIG, type RuntimeConfig } from '../config/config.module.js';
import { notFound } from '../http/api-error.js';
import type { ImageBody } from '../http/image-body.js';
import { ClientCache } from './client-cache.js';
import { LOGO_SIDE, LogoDecoder, MAX_LOGO_SIDE } from './logo-decoder.js';
import { LOGO_TYPES } from './logo-file.js';
import { findLogo, keepLogo, logoOf, logoPath, moveLogos } from './logo-rows.js';
import { type ClientPatch, ClientRegistry, type RegistryClient } from './registry.service.js';

export const LOGO_BODY: ImageBody = { field: 'logo', types: LOGO_TYPES, maxBytes: 1024 * 1024 };

/** For the documentation of the routes. */
export const LOGO_UPLOAD = `PNG, JPEG or WebP, at most ${LOGO_BODY.maxBytes / 1024 ** 2} MB and ${MAX_LOGO_SIDE} × ${MAX_LOGO_SIDE} px, as the body itself. It is drawn anew as a square PNG of at most ${LOGO_SIDE} × ${LOGO_SIDE} px, whose address is \`logoUri\` from then on.`;

/**
 * The logos that operators and developers upload. The program serves them itself, so that nobody
 * else learns who looks at which application.
 */
@Injectable()
export class ClientLogos {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly registry: ClientRegistry,
    private readonly decoder: LogoDecoder,
    private readonly cache: ClientCache,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: RuntimeConfig,
  ) {}

  /**
   * Draws the logo anew and makes its address the client's `logoUri`.
   * @param file PNG, JPEG or WebP
   * @param change `ifMatch`: the entity tag of what the change was made on; `patch`: what changes with
   *   the logo, or not at all
   * @throws ApiError not_found, precondition_failed, validation_failed, service_unavailable
   */
  async replace(
    id: string,
    file: Buffer,
    actorId: string | null,
    { ifMatch, patch }: { ifMatch?: string | undefined; patch?: ClientPatch } = {},
  ): Promise<RegistryClient> {
    const { clientId } = await this.registry.get(id);
    const logo = logoOf(await this.decoder.decode(file));
    const logoUri = this.config.publicUrl + logoPath(clientId, logo.hash);
    return this.registry.update(id, { ...patch, logoUri }, actorId, ifMatch, (tx) =>
      keepLogo(tx, id, logo, this.clock.now()),
    );
  }

  /**
   * Takes away whatever logo the client has, an address elsewhere included.
   * @throws ApiError not_found, precondition_failed
   */
  remove(id: string, actorId: string | null, ifMatch?: string): Promise<RegistryClient> {
    return this.registry.update(id, { logoUri: null }, actorId, ifMatch);
  }

  /**
   * @returns a PNG, whatever has become of the client: histories go on showing it
   * @throws ApiError not_found
   */
  async find(clientId: string, hash: string): Promise<Buffer> {
    const content = await findLogo(this.dataSource, clientId, hash);
    if (!content) throw notFound('This logo');
    return content;
  }

  /** For the start: addresses of logos begin with the present `PUBLIC_URL`. */
  async keepAddresses(): Promise<void> {
    for (const id of await moveLogos(this.dataSource, this.config.publicUrl))
      this.cache.changed(id);
  }
}
