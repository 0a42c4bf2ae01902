// Loaded before the service.
'use strict';
const fs = require('node:fs');

// The files of variables that the start script names, the one that counts first: what is set already stays as it is. They
// may be left out of the build context, as those of one machine are. Node before 20.12 cannot read them.
for (const file of (process.env.VEXTRUS_ENV_FILES ?? '').split(':')) {
  if (file !== '' && fs.existsSync(file)) process.loadEnvFile?.(file);
}

// The kernel gives process 1 no default action for signals, so a service that
// does not listen for them would be killed after the grace period; end it at once as any other process ends.
if (process.pid === 1) {
  for (const [signal, number] of [['SIGTERM', 15], ['SIGINT', 2]]) {
    process.on(signal, () => {
      // Whoever else listens shuts down in its own time.
      if (process.listenerCount(signal) === 1) process.exit(128 + number);
    });
  }
}
