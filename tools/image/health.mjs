/** The container's health: whether the program can serve, within the time a check has. */
const url = `http://127.0.0.1:${process.env.PORT || 3000}/health/ready`;
const answer = await fetch(url, { signal: AbortSignal.timeout(4000) }).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
