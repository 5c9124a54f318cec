export type { Judgement, Weakness } from './judge.js';
export { canonical, MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH, misfitOf } from './length.js';
export { PasswordJudge } from './password-judge.js';
export { knownPasswordsFile } from './known-passwords.js';
