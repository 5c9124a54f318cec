import { parentPort } from 'node:worker_threads';
import { judge } from './judge.js';

export interface Question {
  id: number;
  password: string;
  personal: readonly string[];
}

parentPort?.on('message', ({ id, password, personal }: Question) => {
  parentPort?.postMessage({ id, judgement: judge(password, personal) });
});
