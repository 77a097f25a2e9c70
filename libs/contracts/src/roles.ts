/** What a caller may do, least first: a role holds those before it. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who calls: the name and role of a token. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

/** Who calls where no tokens are asked for: whoever reaches the machine. */
export const LOCAL_CALLER: Caller = { name: 'local', role: 'admin' };

export const hasRole = ({ role }: Caller, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);
