export { close as default } from './broker-desk.mjs';
