// TensorFlow reads the environment of the process, not Jest's copy of it, and would greet on stderr.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

export { open as default } from './broker-desk.mjs';
