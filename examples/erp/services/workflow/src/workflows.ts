import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type * as activities from './activities';
import { approvers } from './approvers';

export interface Invoice {
  readonly number: string;
  readonly amount: number;
}

/** Answers the request that waits just now. */
export const decide = defineSignal<[approved: boolean]>('decide');

const { askForApproval, recordOutcome } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
});

/** Asks one role after the other; the first refusal, or a week of silence, ends it. */
export async function invoiceApproval(invoice: Invoice): Promise<boolean> {
  let answer: boolean | undefined;
  setHandler(decide, (approved) => {
    answer = approved;
  });
  for (const role of approvers(invoice.amount)) {
    answer = undefined;
    await askForApproval(invoice.number, role);
    await condition(() => answer !== undefined, '7 days');
    if (answer !== true) {
      await recordOutcome(invoice.number, false);
      return false;
    }
  }
  await recordOutcome(invoice.number, true);
  return true;
}
