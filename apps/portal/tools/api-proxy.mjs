const SENTENCE =
  'The API does not answer: it is restarting, or cannot start. The log of npm run dev says which; try again in a moment.';

/**
 * What Angular's development server answers while the API restarts. Vite, which it is made of, would
 * answer nothing and log the stack of every request.
 */
export function sayWhenApiIsGone(
  proxy,
  say = (text) => process.stdout.write(`● portal ${text}\n`),
) {
  let isGone = false;
  const answer = (_error, _request, response) => {
    if (!isGone) say('passes nothing on for now: the API does not answer');
    isGone = true;
    if (!('req' in response)) response.end();
    else if (!response.headersSent && !response.writableEnded) {
      response.writeHead(502, { 'Content-Type': 'text/plain' }).end(`${SENTENCE}\n`);
    }
  };
  proxy.on('proxyRes', () => (isGone = false));
  // Vite adds its own listener after it has called this.
  queueMicrotask(() => proxy.removeAllListeners('error').on('error', answer));
}
