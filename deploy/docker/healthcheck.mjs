// HEALTHCHECK of the image, which has no curl: 0 when the app that this container runs says that it is ready.
// `/livez` instead: node healthcheck.mjs livez; of a certain app: node healthcheck.mjs readyz trainer. With THAW_TLS_CERT
// it speaks TLS, with that certificate as its own.
import { readFileSync } from 'node:fs';
import { get as overHttp } from 'node:http';
import { get as overHttps } from 'node:https';

const PORTS = { graph: 9464, trainer: 9465, recommender: 9466 };
const TIMEOUT_MS = 4000;

/** A setting, or the content of the file that it may come from. */
function setting(name) {
  const file = process.env[`${name}_FILE`];
  return process.env[name] || (file ? readFileSync(file, 'utf8') : undefined);
}

/** The first process of the container names the app: `node apps/graph/dist/main.js`, an init before it or not. */
function appOfContainer() {
  return /apps\/([a-z]+)\/dist\/main\.js/.exec(readFileSync('/proc/1/cmdline', 'utf8'))?.[1];
}

const [probe = 'readyz', app = appOfContainer()] = process.argv.slice(2);
if (!(app in PORTS)) process.exit(0); // the command line: there is nothing to ask
const port = process.env[`THAW_${app.toUpperCase()}_HTTP_PORT`] || PORTS[app];
const cert = setting('THAW_TLS_CERT');
const get = cert ? overHttps : overHttp;
// The certificate is for other names than this one; whether it is right is what its callers check.
const tls = cert && { cert, key: setting('THAW_TLS_KEY'), rejectUnauthorized: false };
const asked = get({ host: '127.0.0.1', port, path: `/${probe}`, timeout: TIMEOUT_MS, ...tls }, (answer) => {
  answer.resume();
  answer.on('end', () => process.exit(answer.statusCode === 200 ? 0 : 1));
});
asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
asked.on('error', (error) => {
  console.error(`127.0.0.1:${port}/${probe}: ${error.message}`);
  process.exit(1);
});
