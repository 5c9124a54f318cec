import { sayWhenApiIsGone } from './api-proxy.mjs';

/** What is not the portal's goes to the API, as in production, where one server has both. */
const port = Number(process.env.PORT?.trim() || 3000) + 1;

export default {
  '^/(?!portal(/|$|\\?))': {
    target: `http://localhost:${port}`,
    xfwd: true,
    configure: (proxy) => sayWhenApiIsGone(proxy),
  },
};
