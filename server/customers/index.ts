export { type AddressOutcome, type AddressWish, recordConsent, startAddress, stopAddress } from './consent.ts';
export {
  type Claim,
  claimContactPoint,
  lockParty,
  markReachable,
  noteSoftBounces,
  type PartyAt,
  type Proof,
  partiesAt,
  serviceOf,
  softBouncesAt,
} from './contact-point-store.ts';
export { actsFor, type Delegation, delegationsOf, type NewDelegation, scopesOf } from './delegation-store.ts';
export { appointDelegate, mayAct, revokeDelegation } from './delegations.ts';
export { keepRefusals } from './erased-refusals.ts';
export { applyCustomers, applyServices, compareCustomers, compareServices, type Fate } from './import-customers.ts';
export { customerIds, endCustomers, endServices, nextCustomers, nextServices } from './import-store.ts';
export { claimParty, markUnreachable, verifyContactPoint } from './known-at.ts';
export type { MergePorts } from './merge.ts';
export { mergeRoutes } from './merge-routes.ts';
export { type CodeCheck, type CodePurpose, type CodeSent, checkCode, sendCode } from './one-time-codes.ts';
export { partyStanding, type ReachablePoint, reachablePoint, resourceOfService, serviceBrief } from './reach-store.ts';
export { type CustomerRoutesFacts, customerRoutes } from './routes.ts';
export {
  type Consent,
  type ImportedCustomer,
  type ImportedService,
  maskedAddress,
  normaliseAddress,
  normaliseMail,
  normalisePhone,
  parseConsentWord,
  type ServiceState,
} from './rules.ts';
export {
  contactPointsOf,
  countServicesOf,
  countServicesOn,
  linesInUse,
  loadParty,
  namesOfParties,
} from './store.ts';
export { unsubscribeToken } from './unsubscribe.ts';
