import { RequestDescription } from '../request-description';
import { curl, curlLink } from './curl';
import { go, goLink } from './go';
import { php, phpLink } from './php';
import { python, pythonLink } from './python';
import { typescript, typescriptLink } from './typescript';
import { LinkDescription } from './written';

interface Samples {
  name: string;
  /** @param open whether secrets are written out, instead of the variable that holds them */
  write: (request: RequestDescription, open: boolean) => string;
  /** Prints a link to the authorize page, with a state and a verifier of its own. */
  link: (link: LinkDescription) => string;
}

/** The same request in each language that developers are offered. */
export const SAMPLES = {
  curl: { name: 'curl', write: curl, link: curlLink },
  typescript: { name: 'TypeScript', write: typescript, link: typescriptLink },
  python: { name: 'Python', write: python, link: pythonLink },
  go: { name: 'Go', write: go, link: goLink },
  php: { name: 'PHP', write: php, link: phpLink },
} as const satisfies Record<string, Samples>;

export type SampleLanguage = keyof typeof SAMPLES;
