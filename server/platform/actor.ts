/** Who did it. Every write has one. Stored as JSON in `events.actor`. */
export type Actor =
  | { kind: 'staff'; id: string; roles: readonly string[] }
  | { kind: 'party'; id: string; through: string; for?: string } // a customer, through a channel; a delegate acts `for` another party
  | { kind: 'channel'; name: string } // somebody whom nobody knows, through a channel
  | { kind: 'source'; id: string } // a monitoring source
  | { kind: 'rule'; name: string } // the product itself, by a named rule
  | { kind: 'command'; name: string }; // somebody at the machine's shell

/** What is stored: roles are looked up, not history. */
export function storedActor(actor: Actor): Record<string, string> {
  if (actor.kind === 'staff') return { kind: 'staff', id: actor.id };
  return { ...actor };
}
