export interface Approver {
  readonly role: string;
  /** The amount from which the role is asked. */
  readonly from: number;
}

const APPROVERS: readonly Approver[] = [
  { role: 'site-manager', from: 0 },
  { role: 'project-manager', from: 10_000 },
  { role: 'finance-director', from: 100_000 },
];

/** Returns the roles that must approve an amount, in the order in which they are asked. */
export function approvers(amount: number): string[] {
  return APPROVERS.filter(({ from }) => amount >= from).map(({ role }) => role);
}
