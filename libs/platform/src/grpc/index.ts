export { listenGrpc, stopGrpc } from './server.js';
