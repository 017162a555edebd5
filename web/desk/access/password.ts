/** As the server asks (contract/deeds.ts, `AcceptInvitation` and `ChangePassword`). */
export const SHORTEST_PASSWORD = 12;
