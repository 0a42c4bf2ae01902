import { log } from '@temporalio/activity';

/** Asks somebody to approve an invoice. */
export async function askForApproval(invoice: string, role: string): Promise<void> {
  log.info('approval is asked for', { invoice, role });
}

/** Records how the approval of an invoice ended. */
export async function recordOutcome(invoice: string, approved: boolean): Promise<void> {
  log.info('approval has ended', { invoice, approved });
}
