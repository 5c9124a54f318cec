import { setTimeout as delay } from 'node:timers/promises';
import { seconds } from '../setup/progress.mjs';
import { isOn, welcome } from '../start/welcome.mjs';

const RETRY_MS = 250;

/** @param signal aborted when everything ends; then it rejects */
export async function untilServed(address, signal) {
  while (!(await isServed(address, signal))) await delay(RETRY_MS, undefined, { signal });
}

async function isServed(address, signal) {
  try {
    return (await fetch(address, { signal })).ok;
  } catch {
    return false;
  }
}

/** The lines that end the start of `npm run dev`, once everything that they name is there. */
export async function* whenReady({ env, ports, startedAt, signal }, style) {
  const url = `http://localhost:${ports.portal}`;
  const demoUrl = `http://localhost:${ports.demoClient}`;
  // The API itself: a request through the portal's server would be an error in the log.
  await Promise.all(
    [`${url}/portal/main.js`, `http://localhost:${ports.api}/health/ready`, `${demoUrl}/`].map(
      (address) => untilServed(address, signal),
    ),
  );
  const demo = isOn(env.DEMO_DATA);
  const mailbox = demo && !env.SMTP_URL?.trim() && !env.SMTP_URL_FILE?.trim();
  yield* welcome({ url, demoUrl, demo, mailbox }, style);
  yield style.dim(`Ready after ${seconds(Date.now() - startedAt)}. Ctrl-C stops everything.`);
  yield `Open ${style.cyan(`${url}/portal/sign-in`)}\n`;
}
