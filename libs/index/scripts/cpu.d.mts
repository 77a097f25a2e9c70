/** Whether this machine runs code that was compiled for x86-64-v3. Known of Linux only. */
export function hasAvx2(): boolean;
