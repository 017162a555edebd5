export { type AddressOutcome, type AddressWish, recordConsent, startAddress, stopAddress } from './consent.ts';
export { applyCustomers, applyServices, compareCustomers, compareServices, type Fate } from './import-customers.ts';
export { customerIds, endCustomers, endServices, nextCustomers, nextServices } from './import-store.ts';
export { type CustomerRoutesFacts, customerRoutes } from './routes.ts';
export {
  type Consent,
  type ImportedCustomer,
  type ImportedService,
  normaliseAddress,
  normaliseMail,
  normalisePhone,
  parseConsentWord,
  type ServiceState,
} from './rules.ts';
export { countServicesOf, countServicesOn, linesInUse } from './store.ts';
export { unsubscribeToken } from './unsubscribe.ts';
