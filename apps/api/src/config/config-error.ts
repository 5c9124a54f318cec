/** A wrong environment variable. The message names it and says what it accepts. */
export class ConfigError extends Error {}
