import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

/** Bundles the workflows for Temporal's sandbox; the last step of the build, so that no start has to. */
async function bundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({ workflowsPath: require.resolve('./workflows') });
  await writeFile(join(__dirname, 'workflows.bundle.js'), code);
}

void bundle();
