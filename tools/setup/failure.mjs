/** What went wrong, as a sentence for the person at the keyboard that says what to do. No stack. */
export class Failure extends Error {}

/** The person asked for the end, by Ctrl-C or by a signal. */
export class Interrupted extends Error {
  constructor(signal) {
    super(`ended by ${signal}`);
    this.signal = signal;
  }
}

/** The sentence for whatever was thrown; a stack only for what nobody foresaw. */
export function inWords(error) {
  if (error instanceof Failure) return error.message;
  switch (error?.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${error.path ?? 'The project folder'} cannot be written by this user: give the project folder to the user who runs this, or clone the project again as that user.`;
    default:
      return error?.stack ?? String(error);
  }
}

export const diskFull = 'The disk is full: free some space (about 2 GB) and run the command again.';
