// Loaded before the service. The kernel gives process 1 no default action for signals, so a service that
// does not listen for them would be killed after the grace period; end it at once as any other process ends.
'use strict';
if (process.pid === 1) {
  for (const [signal, number] of [['SIGTERM', 15], ['SIGINT', 2]]) {
    process.on(signal, () => {
      // Whoever else listens shuts down in its own time.
      if (process.listenerCount(signal) === 1) process.exit(128 + number);
    });
  }
}
