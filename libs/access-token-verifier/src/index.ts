export {
  ACCESS_TOKEN_TYPE,
  AccessTokenError,
  type AccessTokenClaims,
  type AccessTokenFailure,
  checkTimes,
  connectionTimeIsUp,
  revocationSubjects,
  verifyAccessToken,
} from './access-token.js';
export { BearerError, type RequiredAccess } from './bearer.js';
export {
  AccessTokenVerifier,
  type AccessTokenVerifierOptions,
  type RevocationSource,
} from './verifier.js';
export { introspection, type IntrospectionOptions } from './introspection.js';
export { PostgresRevocations } from './postgres-revocations.js';
export { KeysUnavailableError, RemoteKeySet, type RemoteKeySetOptions } from './remote-key-set.js';
export { scopeAllows } from './scope.js';
