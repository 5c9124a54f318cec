export type { Authorization, AuthorizationRequest, PendingAuthorization } from './authorization.js';
export { ConnectClient } from './connect-client.js';
export { ConnectError, type ConnectFailure } from './connect-error.js';
export type { Connection } from './connection.js';
export type { Check, Me, NewCheck, Userinfo } from './resources.js';
export type {
  CodeExchange,
  TokenEndpointOptions as ConnectClientOptions,
} from './token-endpoint.js';
export type { Tokens, TokenStore } from './tokens.js';
