export * from './basic-credentials.js';
export * from './oauth-error.js';
export * from './parameters.js';
export * from './pkce.js';
export * from './redirect-uri.js';
export * from './resource-indicator.js';
export * from './scope.js';
export * from './tokens.js';
