/**
 * The roles in which accounts earn, as the view `credit` names them. Contributor: a unit of its
 * own. JointMember: its part of a joint unit, once drawn. Refund: the fee of a record that was
 * voided, or whose appeal was upheld. Bounty: a court's award.
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
