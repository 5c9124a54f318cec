import { RequestDescription } from '../request-description';
import { curl } from './curl';
import { go } from './go';
import { php } from './php';
import { python } from './python';
import { typescript } from './typescript';

/** @param open whether secrets are written out, instead of the variable that holds them */
type Sample = (request: RequestDescription, open: boolean) => string;

/** The same request in each language that developers are offered. */
export const SAMPLES = {
  curl: { name: 'curl', write: curl },
  typescript: { name: 'TypeScript', write: typescript },
  python: { name: 'Python', write: python },
  go: { name: 'Go', write: go },
  php: { name: 'PHP', write: php },
} as const satisfies Record<string, { name: string; write: Sample }>;

export type SampleLanguage = keyof typeof SAMPLES;
