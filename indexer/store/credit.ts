/**
 * What an account earns for, as the view `credit` names it. Contributor: a unit that is its own. JointMember: its part of a joint unit,
 * once drawn. Refund: the fee of a record that was voided, or whose appeal was upheld. Bounty: what the courts awarded it.
 */
export const roles = [
  'Contributor',
  'JointMember',
  'Operator',
  'Owner',
  'Royalty',
  'Treasury',
  'Refund',
  'Bounty',
] as const
export type Role = (typeof roles)[number]
