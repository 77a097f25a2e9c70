// Kills the process given as argument once the parent is gone, which shows as the end of standard input.
const pid = Number(process.argv[2]);

process.stdin.resume();
process.stdin.on('end', () => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // already gone
  }
});
