import type { CasePage } from '../contract/cases.ts';
import type { Announce, Incident, IncidentBrief } from '../contract/incidents.ts';
import type { BusinessTime } from './business-time.ts';
import type { Correspondence } from './correspondence.ts';
import type { Alert, Monitoring } from './monitoring.ts';
import type { Words } from './phones/state.ts';
import { type Product, ProductError } from './product.ts';
import { STORY_MAST } from './provider/network.ts';
import { MINUTE, patience, type Scene, type Story, storyOf } from './story.ts';

/** What the monitoring sees when Monte Rosso loses its mains: the mast, and what hangs on it. */
export const POWER_ALERTS: readonly Alert[] = [
  {
    name: 'MastMainsLost',
    instance: `${STORY_MAST}:9116`,
    severity: 'critical',
    summary: 'Monte Rosso: mains lost, equipment down',
    labels: { cause: 'power' },
  },
  ...['mast-premeno', 'mast-ghiffa', 'mast-oggebbio', 'mast-cannero', 'mast-cannobio', 'mast-miazzina'].map(
    (mast): Alert => ({
      name: 'HostUnreachable',
      instance: `${mast}:9116`,
      severity: 'critical',
      summary: `${mast} does not answer`,
    }),
  ),
  ...[1, 2, 3, 4, 5].map(
    (sector): Alert => ({
      name: 'SectorDown',
      instance: `${STORY_MAST}-s${sector}`,
      severity: 'critical',
      summary: `${STORY_MAST}-s${sector} is off the air`,
    }),
  ),
];

/** A device that nobody wrote into the network list: its alarm waits to be mapped. */
const UNKNOWN_DEVICE: Alert = {
  name: 'UpsOnBattery',
  instance: 'ups-premeno-2.lan:161',
  severity: 'warning',
  summary: 'UPS on battery',
};

/** A radio that comes and goes within the damping time. */
const FLAPPING: Alert = {
  name: 'SignalLow',
  instance: 'mast-omegna-s1',
  severity: 'warning',
  summary: 'mast-omegna-s1: signal low',
};

export interface Stage {
  /** Signed in as the technician. */
  technician: Product;
  monitoring: Monitoring;
  time: BusinessTime;
  signal: AbortSignal;
  customers: Correspondence;
  /** The phone of a customer behind the mast who agreed to no messages, and writes. */
  asker: string;
  /** Told when the mast's power goes and comes. */
  onPower: (state: 'on' | 'off') => void;
}

/** A page of the product, from its base address; `incident` is the one of the story. */
type Page = 'incident' | 'incidents' | 'alarms' | 'status' | 'routes' | 'cases';

const PAGES: Record<Page, { path: (incidentId: string) => string; label: Words }> = {
  incident: { path: (id) => `/desk/incidents/${id}`, label: { it: 'Apra il guasto', en: 'Open the incident' } },
  incidents: { path: () => '/desk/incidents', label: { it: 'Apra i guasti', en: 'Open the incidents' } },
  alarms: { path: () => '/desk/alarms', label: { it: 'Apra gli allarmi', en: 'Open the alarms' } },
  status: { path: () => '/status', label: { it: 'Apra la pagina pubblica', en: 'Open the status page' } },
  cases: { path: () => '/desk/cases', label: { it: 'Apra i casi', en: 'Open the cases' } },
  routes: { path: () => '/desk/settings/routes', label: { it: 'Apra le vie d’uscita', en: 'Open the routes' } },
};

const FIVE_MINUTES = 5 * MINUTE;

/** Story 4: the mast without power, told through the outside of the product. */
export function mastStory(stage: Stage): Story {
  const { technician, monitoring, time, signal, customers, asker, onPower } = stage;
  let incidentId = '';
  let expectedEnd = new Date(0);

  const incident = (): Promise<Incident> => technician.get<Incident>(`/api/v1/incidents/${incidentId}`);

  const waitFor = patience(time, signal);
  const waitForState = (states: IncidentBrief['state'][], businessMinutes: number): Promise<Incident> =>
    waitFor(
      async () => {
        const now = await incident();
        return states.includes(now.state) ? now : null;
      },
      businessMinutes,
      `The incident did not become ${states.join(' or ')}. Look at it in the desk.`,
    );
  const waitUntilTold = (kinds: string[], after: number): Promise<Incident> =>
    waitFor(
      async () => {
        const now = await incident();
        const announcement = now.announcements.find((each) => each.number > after && kinds.includes(each.kind));
        if (announcement?.state === 'waiting')
          throw new Error(`An announcement waits for a person (${announcement.stateReason}). Release it in the desk.`);
        return announcement?.state === 'told' && announcement.notices.queued === 0 ? now : null;
      },
      5,
      `Not everybody was told (${kinds.join(', ')}). Look at the incident and at the routes in the desk.`,
    );
  const lastNumber = async (): Promise<number> =>
    Math.max(0, ...(await incident()).announcements.map((each) => each.number));

  const announce = async (facts: Pick<Announce, 'cause' | 'nextStep' | 'whatYouCanDo'>): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      const { version } = await incident();
      try {
        await technician.send('POST', `/api/v1/incidents/${incidentId}/announcements`, {
          ...facts,
          version,
          expectedEnd: expectedEnd.toISOString(),
        } satisfies Announce);
        return;
      } catch (error) {
        // Somebody or something else changed it meanwhile: the same words hold for the newer version.
        if (!(error instanceof ProductError && error.status === 409 && tries < 4)) throw error;
      }
    }
  };

  const pages =
    (...names: Page[]) =>
    (): { label: Words; path: string }[] =>
      names.map((name) => ({ label: PAGES[name].label, path: PAGES[name].path(incidentId) }));

  /** The case of the one who asked: it hangs on the incident. */
  const caseBehind = async (view: 'incident' | 'ended'): Promise<CasePage['cases'][number] | undefined> =>
    (await technician.get<CasePage>(`/api/v1/cases?view=${view}&incident=${incidentId}`)).cases[0];

  const scenes: Scene[] = [
    {
      id: 'mains-lost',
      minute: 0.5,
      title: { it: 'Monte Rosso perde la corrente', en: 'Monte Rosso loses its mains' },
      look: {
        it: 'Alertmanager consegna dodici allarmi insieme, e uno di un apparecchio che l’elenco della rete non conosce: sta fra gli allarmi, da abbinare.',
        en: 'Alertmanager delivers twelve alarms at once, and one of a device that the network list does not know: it is among the alarms, to be mapped.',
      },
      links: pages('alarms'),
      play: async () => {
        onPower('off');
        await monitoring.raise([...POWER_ALERTS, UNKNOWN_DEVICE]);
        const found = await waitFor(
          async () =>
            (await technician.get<IncidentBrief[]>('/api/v1/incidents?state=open')).find(
              (each) => each.resource.externalId === STORY_MAST,
            ),
          1,
          'The alarms formed no incident at Monte Rosso. Look at the alarms in the desk.',
        );
        incidentId = found.id;
      },
    },
    {
      id: 'confirmed',
      minute: null,
      title: { it: 'Un solo guasto, 4.000 clienti trovati', en: 'One incident, 4,000 customers found' },
      look: {
        it: 'Dopo un minuto l’allarme sta ancora: il guasto è confermato. La causa è in cima, Monte Rosso; gli altri allarmi sono sotto. Luino ha una seconda via e resta in linea.',
        en: 'After a minute the alarm still stands: the incident is confirmed. The cause is on top, Monte Rosso; the other alarms are below it. Luino has a second way and stays up.',
      },
      links: pages('incident'),
      play: async () => {
        await waitForState(['confirmed'], 2);
      },
    },
    {
      id: 'first-word',
      minute: null,
      title: { it: 'Chi ha detto sì viene avvisato', en: 'Those who said yes are told' },
      look: {
        it: 'I telefoni e la posta si riempiono. Chi non ha dato il consenso tace, e trova tutto sulla pagina pubblica.',
        en: 'The phones and the mail fill up. Those without consent stay silent, and find it all on the status page.',
      },
      links: pages('status', 'incident'),
      play: async () => {
        await waitUntilTold(['outage'], 0);
      },
    },
    {
      id: 'expected-end',
      minute: 6,
      title: { it: 'Il tecnico dice entro quando', en: 'The technician says until when' },
      look: {
        it: 'La società elettrica ha un guasto sulla linea: previsto un’ora e mezza. L’ora diventa un impegno verso tutti gli avvisati; per cinque secondi si può ancora ritirare.',
        en: 'The power company has a fault on its line: an hour and a half. The time becomes a promise to everybody told; for five seconds it can be taken back.',
      },
      links: pages('incident', 'status'),
      play: async () => {
        const before = await lastNumber();
        expectedEnd = new Date(Math.ceil((time.now().getTime() + 90 * MINUTE) / FIVE_MINUTES) * FIVE_MINUTES);
        await announce({
          cause: 'power-company',
          nextStep: 'power-company-called',
          whatYouCanDo: ['follow-status-page'],
        });
        await waitUntilTold(['update', 'expected-end-moved'], before);
      },
    },
    {
      id: 'asked',
      minute: 12,
      title: { it: 'Chi scrive ha già la risposta', en: 'Whoever writes has the answer already' },
      look: {
        it: 'Da Ghiffa un cliente che non ha dato il consenso scrive un SMS: non aspetta in coda, riceve subito il guasto, l’ora prevista, un numero e un collegamento. Il suo caso pende dal guasto.',
        en: 'From Ghiffa a customer without consent writes an SMS: no queue, but at once the incident, the expected end, a number and a link. The case hangs on the incident.',
      },
      links: pages('cases', 'incident'),
      play: async () => {
        await customers.sms(asker, 'Buongiorno, internet non funziona. Quando torna?');
        await waitFor(
          async () => (await caseBehind('incident')) && (await customers.smsTo(asker)).length > 0,
          5,
          'The customer who wrote was not answered with the incident. Look at the cases in the desk.',
        );
      },
    },
    {
      id: 'flapping',
      minute: 20,
      title: { it: 'A Omegna un segnale va e viene', en: 'A signal at Omegna comes and goes' },
      look: {
        it: 'Due minuti, meno del tempo di attesa di un allarme lieve: nessun cliente riceve nulla. Intanto Alertmanager ripete gli allarmi di prima: due volte vale una.',
        en: 'Two minutes, less than a minor alarm has to stand: no customer hears of it. Meanwhile Alertmanager repeats the alarms from before: twice counts once.',
      },
      links: pages('incidents'),
      play: async () => {
        await monitoring.raise([FLAPPING]);
        await monitoring.repeat();
        await time.until(new Date(time.now().getTime() + 2 * MINUTE));
        await monitoring.clear([FLAPPING]);
      },
    },
    {
      id: 'moved',
      minute: 40,
      title: { it: 'La fine prevista si sposta', en: 'The expected end moves' },
      look: {
        it: 'Quarantacinque minuti in più, detti prima che l’ora promessa passi: chi era stato avvisato lo sa subito.',
        en: 'Forty-five minutes more, said before the promised time passes: everybody who was told knows at once.',
      },
      links: pages('incident', 'status'),
      play: async () => {
        const before = await lastNumber();
        // With a clock so fast that the promised time has passed meanwhile, the new one counts from now.
        expectedEnd = new Date(Math.max(expectedEnd.getTime(), time.now().getTime()) + 45 * MINUTE);
        await announce({
          cause: 'power-company',
          nextStep: 'power-company-called',
          whatYouCanDo: ['follow-status-page'],
        });
        await waitUntilTold(['update', 'expected-end-moved'], before);
      },
    },
    {
      id: 'power-back',
      minute: 75,
      title: { it: 'La corrente torna', en: 'The power is back' },
      look: {
        it: 'Gli allarmi rientrano. Si aspettano ancora due minuti che tenga, prima di dirlo.',
        en: 'The alarms clear. Two more minutes to see that it holds, before it is said.',
      },
      links: pages('incident'),
      play: async () => {
        await monitoring.clear([...POWER_ALERTS, UNKNOWN_DEVICE]);
        onPower('on');
        await waitForState(['restored', 'closed'], 5);
      },
    },
    {
      id: 'restored',
      minute: null,
      title: { it: 'Chi era stato avvisato sa che è finita', en: 'Those who were told know that it is over' },
      look: {
        it: 'Solo chi aveva saputo del guasto sa anche della fine. L’impegno è mantenuto.',
        en: 'Only those who heard of the outage hear of its end. The promise is kept.',
      },
      links: pages('incident', 'status'),
      play: async () => {
        await waitUntilTold(['restored'], 0);
      },
    },
    {
      id: 'works',
      minute: null,
      title: { it: 'E a chi aveva scritto si chiede se va', en: 'And whoever wrote is asked whether it works' },
      look: {
        it: 'Non lo decide il sistema: il caso è risolto solo quando il cliente risponde 1.',
        en: 'The system does not decide it: the case is solved only when the customer answers 1.',
      },
      links: pages('cases', 'incident'),
      play: async () => {
        await waitFor(
          async () =>
            (await caseBehind('incident'))?.state === 'fix reported' &&
            /\b1\b.*\b0\b/s.test((await customers.smsTo(asker)).at(-1) ?? ''),
          30,
          'The customer who wrote was not asked whether it works. Look at the cases in the desk.',
        );
        await customers.sms(asker, '1');
        await waitFor(
          async () => (await caseBehind('ended'))?.state === 'confirmed',
          5,
          'The yes of the customer was not heard. Look at the cases in the desk.',
        );
      },
    },
    {
      id: 'over',
      minute: null,
      title: { it: 'Ora tocca a Lei', en: 'Now it is your turn' },
      look: {
        it: 'Tolga di nuovo la corrente qui sotto, annunci una fine prevista dalla scrivania, scriva un SMS da un telefono, risponda STOP.',
        en: 'Cut the power again below, announce an expected end from the desk, write an SMS from a phone, answer STOP.',
      },
      links: pages('incidents', 'routes'),
      play: async () => undefined,
    },
  ];

  return storyOf(scenes, technician.baseUrl, time, signal);
}
