export { open as default } from './broker-desk.mjs';
