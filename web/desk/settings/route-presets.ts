import type { NewRoute, Route, SmppConfig, SmtpConfig } from '../../../contract/settings.ts';

/** Everything that the form of a route holds, of all kinds; what does not belong to the chosen kind is left out when sent. */
export interface RouteDraft {
  name: string;
  enabled: boolean;
  kind: Route['kind'];
  /** Euro cents for each message or part, with thousandths: 7.2 is 7200 millicents. */
  costCents: number;
  password: string;
  smpp: SmppConfig;
  /** Also of certified mail, which leaves by SMTP. */
  smtp: SmtpConfig;
}

const SMPP: SmppConfig = {
  host: '',
  port: 2775,
  tls: false,
  systemId: '',
  systemType: '',
  sender: '',
  window: 10,
  perSecond: 50,
};
const SMTP: SmtpConfig = { host: '', port: 587, tls: 'starttls', user: '', from: '', connections: 3, perSecond: 20 };

export type Preset = 'smpp' | 'smpp-tls' | 'smtp-submission' | 'smtp-implicit' | 'smtp-local' | 'pec';

/** Common ways in, by their well-known ports: SMPP 2775 (3550 over TLS), mail submission 587 (RFC 6409), 465 (RFC 8314; of certified mail as a rule), a relay of the house 25. */
export const PRESETS: Record<Preset, { kind: RouteDraft['kind']; config: Partial<SmppConfig> | Partial<SmtpConfig> }> =
  {
    smpp: { kind: 'smpp', config: { port: 2775, tls: false } },
    'smpp-tls': { kind: 'smpp', config: { port: 3550, tls: true } },
    'smtp-submission': { kind: 'smtp', config: { port: 587, tls: 'starttls' } },
    'smtp-implicit': { kind: 'smtp', config: { port: 465, tls: 'implicit' } },
    'smtp-local': { kind: 'smtp', config: { host: '127.0.0.1', port: 25, tls: 'none', user: '' } },
    pec: { kind: 'pec', config: { port: 465, tls: 'implicit', connections: 1, perSecond: 1 } },
  };

/** A preset laid over what was typed. */
export function withPreset(draft: RouteDraft, preset: Preset): RouteDraft {
  const { kind, config } = PRESETS[preset];
  return kind === 'smpp'
    ? { ...draft, kind, smpp: { ...draft.smpp, ...(config as Partial<SmppConfig>) } }
    : { ...draft, kind, smtp: { ...draft.smtp, ...(config as Partial<SmtpConfig>) } };
}

/** The form of a new route, or of one that exists (its password is never read back). */
export function draftOf(route: Route | null): RouteDraft {
  const empty: RouteDraft = {
    name: '',
    enabled: true,
    kind: 'smpp',
    costCents: 0,
    password: '',
    smpp: SMPP,
    smtp: SMTP,
  };
  if (!route) return empty;
  const common = { name: route.name, enabled: route.enabled, kind: route.kind, costCents: route.costMillicents / 1000 };
  return route.kind === 'smpp'
    ? { ...empty, ...common, smpp: route.config as SmppConfig }
    : { ...empty, ...common, smtp: route.config as SmtpConfig };
}

/** What is sent. A password left empty stays as it was. */
export function routeOf(draft: RouteDraft): NewRoute {
  const common = {
    name: draft.name.trim(),
    enabled: draft.enabled,
    costMillicents: Math.round(draft.costCents * 1000),
    ...(draft.password ? { password: draft.password } : {}),
  };
  return draft.kind === 'smpp'
    ? { ...common, kind: 'smpp', config: draft.smpp }
    : { ...common, kind: draft.kind, config: draft.smtp };
}
