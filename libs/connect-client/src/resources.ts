import type { components } from './generated.js';

type Schemas = components['schemas'];

/** The user and the company that a token acts for. */
export type Me = Schemas['MeDto'];
/** The same as OpenID Connect names it. */
export type Userinfo = Schemas['UserinfoDto'];
export type Check = Schemas['CheckDto'];
/** What a check is created from. */
export type NewCheck = Schemas['CheckInput'];
