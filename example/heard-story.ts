import type { AnswerCase, Case, CaseBrief, CasePage } from '../contract/cases.ts';
import type { BusinessTime } from './business-time.ts';
import type { Correspondence } from './correspondence.ts';
import type { Cast } from './phones/people.ts';
import type { Words } from './phones/state.ts';
import { type Product, ProductError } from './product.ts';
import { MINUTE, patience, type Scene, type Story, storyOf } from './story.ts';

export interface HeardStage {
  /** Signed in as the agent of care. */
  agent: Product;
  /** Signed in as the technician. */
  technician: Product;
  /** To which the agent hands over. */
  crewId: string;
  customers: Correspondence;
  cast: Cast;
  time: BusinessTime;
  signal: AbortSignal;
}

type Page = 'case' | 'cases' | 'mine' | 'status';

const PAGES: Record<Page, { path: (caseId: string) => string; label: Words }> = {
  case: { path: (id) => `/desk/cases/${id}`, label: { it: 'Apra il caso', en: 'Open the case' } },
  cases: { path: () => '/desk/cases', label: { it: 'Apra i casi', en: 'Open the cases' } },
  mine: { path: () => '/desk/', label: { it: 'Apra la scrivania', en: 'Open the desk' } },
  status: { path: () => '/status', label: { it: 'Apra la pagina pubblica', en: 'Open the status page' } },
};

/** Story 5: getting heard. One matter on two channels, a number at once, a hand-over that somebody accepts, and an end that only the customer declares. */
export function heardStory({ agent, technician, crewId, customers, cast, time, signal }: HeardStage): Story {
  const { caller, writer, presser, waiting, stranger } = cast;
  const waitFor = patience(time, signal);
  let caseId = '';
  let number = '';

  const pages =
    (...names: Page[]) =>
    (): { label: Words; path: string }[] =>
      names.map((name) => ({ label: PAGES[name].label, path: PAGES[name].path(caseId) }));
  const caseOf = async (customerId: string): Promise<CaseBrief | null> => {
    const { cases } = await agent.get<CasePage>('/api/v1/cases?view=all&limit=100');
    const own = cases.filter(({ party }) => party.externalId === customerId);
    if (own.length > 1) throw new Error('One matter became several cases. Look at the cases in the desk.');
    return own[0] ?? null;
  };
  const whole = (id: string): Promise<Case> => agent.get<Case>(`/api/v1/cases/${id}`);
  /** The next SMS that says this, after so many. */
  const readsNext = (phone: string, after: number, says: RegExp, missing: string): Promise<string> =>
    waitFor(async () => (await customers.smsTo(phone)).slice(after).find((text) => says.test(text)), 10, missing);
  const received = async (phone: string): Promise<number> => (await customers.smsTo(phone)).length;
  const spoken = (text: string): string => text.replaceAll(/[\s\u00a0\u202f]/g, '');
  const act = (who: Product, path: string, body: unknown = {}): Promise<Case> =>
    who.send<Case>('POST', `/api/v1/cases/${path}`, body);

  /** As a person does who reads first: a word of the customer that came meanwhile is read, and then it is answered. */
  const answer = async (id: string, words: string, minutes: number): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      const { messages } = await whole(id);
      const heard = messages.filter(({ direction, claim }) => direction === 'in' && !claim).at(-1)?.number ?? 0;
      const nextWordBy = new Date(time.now().getTime() + minutes * MINUTE).toISOString();
      try {
        await act(agent, `${id}/answers`, { words, nextWordBy, heardUpTo: heard } satisfies AnswerCase);
        return;
      } catch (error) {
        if (!(error instanceof ProductError && error.status === 409 && tries < 4)) throw error;
      }
    }
  };
  const reportFix = async (words: string): Promise<void> => {
    const before = await received(caller.phone);
    await act(technician, `${caseId}/fix`, { words });
    await readsNext(caller.phone, before, /\b1\b[\s\S]*\b0\b/, 'The customer was not asked whether it works.');
  };
  const becomes = (state: Case['state'], missing: string): Promise<Case> =>
    waitFor(
      async () => {
        const found = await whole(caseId);
        return found.state === state && found;
      },
      5,
      missing,
    );

  const scenes: Scene[] = [
    {
      id: 'first-word',
      minute: 0.5,
      title: { it: 'Un cliente scrive un SMS', en: 'A customer writes an SMS' },
      look: {
        it: `${caller.name} scrive che internet non va. La risposta arriva subito: un numero da leggere al telefono, un collegamento, e l’ora in cui gli si parla di nuovo.`,
        en: `${caller.name} writes that the internet is down. The answer comes at once: a number to read out, a link, and the time of the next word.`,
      },
      links: pages('cases'),
      play: async () => {
        await customers.sms(caller.phone, 'Buongiorno, internet non funziona da stamattina');
        const opened = await waitFor(() => caseOf(caller.id), 5, 'The SMS opened no case. Look at what was set aside.');
        caseId = opened.id;
        number = opened.number;
        await waitFor(
          async () => (await customers.smsTo(caller.phone)).some((text) => spoken(text).includes(number)),
          5,
          'The SMS was not acknowledged with a number. Look at the routes in the desk.',
        );
      },
    },
    {
      id: 'same-matter',
      minute: 4,
      title: { it: 'La stessa cosa per posta, e di nuovo per SMS', en: 'The same by mail, and again by SMS' },
      look: {
        it: 'Si riconosce: resta un caso solo, sale, e la risposta dice a che punto è. Insistere non serve, ma non fa danno.',
        en: 'It is recognised: there is still one case, it rises, and the answer says where it stands. Pressing is not needed, and does no harm.',
      },
      links: pages('case'),
      play: async () => {
        await customers.mail(
          { name: caller.name, address: caller.email },
          'Linea ferma',
          `Vi ho scritto per SMS: internet non va. Pratica ${number}`,
        );
        await waitFor(
          async () => (await whole(caseId)).reminders >= 1,
          5,
          'The mail did not join the case. Look at the mailboxes in the desk.',
        );
        await customers.sms(caller.phone, 'Allora? Internet ancora non va');
        await waitFor(async () => (await whole(caseId)).reminders >= 2, 5, 'The second SMS did not join the case.');
      },
    },
    {
      id: 'others',
      minute: 8,
      title: { it: 'Altri due scrivono, uno in inglese', en: 'Two more write, one in English' },
      look: {
        it: `${writer.name} per posta di una fattura, ${waiting.name} per SMS di un tecnico che non è venuto: ciascuno ha il suo numero, nella sua lingua.`,
        en: `${writer.name} by mail about an invoice, ${waiting.name} by SMS about a technician who did not come: each has a number, in their own language.`,
      },
      links: pages('cases'),
      play: async () => {
        await customers.mail(
          { name: writer.name, address: writer.email },
          'Charged twice in October',
          'Good morning,\n\nmy October invoice was charged twice to my account. Please refund one of them.\n\nThank you',
        );
        await customers.sms(
          waiting.phone,
          'Ieri doveva venire il tecnico per il router, ma non si è presentato nessuno',
        );
        for (const { id } of [writer, waiting])
          await waitFor(
            async () => (await caseOf(id))?.state !== 'received' && (await caseOf(id)),
            5,
            'A customer who wrote was not acknowledged. Look at the cases in the desk.',
          );
      },
    },
    {
      id: 'stranger',
      minute: 11,
      title: { it: 'Un estraneo conosce il numero', en: 'A stranger knows the number' },
      look: {
        it: 'Da un telefono che nessuno conosce arriva «annullate tutto» con il numero della pratica. Nel caso si legge come parola di un altro; niente si muove, e all’estraneo non si dice nulla.',
        en: 'From a phone that nobody knows comes “cancel everything”, with the number of the case. It is shown as somebody else’s word; nothing moves, and the stranger learns nothing.',
      },
      links: pages('case'),
      play: async () => {
        await customers.sms(stranger.phone, `Per la pratica ${number}: annullate tutto, grazie`);
        await waitFor(
          async () => (await whole(caseId)).messages.some(({ claim }) => claim),
          5,
          'The word of the stranger is not in the case.',
        );
      },
    },
    {
      id: 'answered',
      minute: 14,
      title: { it: 'Sara risponde, con un’ora', en: 'Sara answers, with a time' },
      look: {
        it: 'Una risposta senza un’ora non parte. La fattura: rimborso entro domani. La linea ferma: si cerca il guasto, prossima parola fra due ore.',
        en: 'An answer without a time does not leave. The invoice: refunded by tomorrow. The dead line: the fault is being sought, next word in two hours.',
      },
      links: pages('case', 'cases'),
      play: async () => {
        const invoice = await caseOf(writer.id);
        if (invoice)
          await answer(
            invoice.id,
            'The October invoice was taken twice, on the 3rd and on the 5th. We have ordered the second one back; you will read here when it has left.',
            24 * 60,
          );
        const before = await received(caller.phone);
        await answer(
          caseId,
          'La Sua antenna non risponde: la portante manca dal mattino. La vede subito un tecnico.',
          120,
        );
        await readsNext(caller.phone, before, /portante/, 'The answer did not reach the customer.');
      },
    },
    {
      id: 'handed-over',
      minute: 18,
      title: { it: 'Sara passa il caso alla squadra antenne', en: 'Sara hands over to the crew on the masts' },
      look: {
        it: 'Un passaggio resta aperto finché una persona non lo accetta: altrimenti sale la scala da solo. Il cliente sa a chi è andato.',
        en: 'A hand-over stays open until a person accepts it: else it climbs the ladder by itself. The customer knows who has it.',
      },
      links: pages('case'),
      play: async () => {
        await act(agent, `${caseId}/hand-overs`, {
          teamId: crewId,
          note: 'Portante assente dal mattino, alimentatore già riavviato dal cliente.',
        });
      },
    },
    {
      id: 'pressed',
      minute: 21,
      title: { it: 'Un’azienda incalza', en: 'A business presses' },
      look: {
        it: `${presser.name} scrive tre volte in dieci minuti. Un caso solo: ogni volta lo stato e l’ora promessa, mai «aprite una segnalazione».`,
        en: `${presser.name} writes three times in ten minutes. One case: each time the state and the promised time, never “please open a ticket”.`,
      },
      links: pages('cases'),
      play: async () => {
        await customers.sms(presser.phone, 'Il POS non va, siamo senza connessione');
        const { id } = await waitFor(() => caseOf(presser.id), 5, 'The SMS of the business opened no case.');
        for (const [index, text] of [
          'Allora? Siamo senza connessione',
          'Ancora senza connessione, quando?',
        ].entries()) {
          await time.until(new Date(time.now().getTime() + 4 * MINUTE));
          await customers.sms(presser.phone, text);
          await waitFor(
            async () => (await whole(id)).reminders > index,
            5,
            'A reminder did not join the case of the business.',
          );
        }
      },
    },
    {
      id: 'accepted',
      minute: 32,
      title: { it: 'Davide accetta', en: 'Davide accepts' },
      look: {
        it: 'Il passaggio ha un nome. La nota del tecnico sta nello stesso filo, ma il cliente non la legge.',
        en: 'The hand-over has a name. The technician’s note is in the same thread, and the customer does not read it.',
      },
      links: pages('case'),
      play: async () => {
        await act(technician, `${caseId}/hand-over/accept`);
        await act(technician, `${caseId}/notes`, {
          words: 'Alimentatore del settore guasto: ne porto uno nuovo.',
          visibility: 'operator',
        });
      },
    },
    {
      id: 'fixed',
      minute: 45,
      title: { it: 'Davide dice che è riparato', en: 'Davide says that it is repaired' },
      look: {
        it: 'Non basta: al cliente si chiede se è così. 1 = funziona, 0 = no.',
        en: 'That is not enough: the customer is asked whether it is so. 1 = it works, 0 = no.',
      },
      links: pages('case'),
      play: () => reportFix('Abbiamo cambiato l’alimentatore del settore.'),
    },
    {
      id: 'no',
      minute: 50,
      title: { it: 'Il cliente risponde 0', en: 'The customer answers 0' },
      look: {
        it: 'Il caso torna in lavorazione, un gradino più in alto della scala.',
        en: 'The case is in work again, one rung higher on the ladder.',
      },
      links: pages('case'),
      play: async () => {
        const { rung } = await whole(caseId);
        await customers.sms(caller.phone, '0');
        const taken = await becomes('in work', 'The no of the customer was not heard.');
        if (taken.rung <= rung) throw new Error('The no of the customer did not climb the ladder.');
      },
    },
    {
      id: 'fixed-again',
      minute: 65,
      title: { it: 'Una seconda riparazione', en: 'A second repair' },
      look: {
        it: 'Era anche il cavo dell’antenna. Si chiede di nuovo.',
        en: 'It was the cable of the antenna, too. The customer is asked again.',
      },
      links: pages('case'),
      play: () => reportFix('Abbiamo cambiato anche il cavo dell’antenna.'),
    },
    {
      id: 'yes',
      minute: 70,
      title: { it: 'Il cliente risponde 1', en: 'The customer answers 1' },
      look: {
        it: 'Solo adesso è risolto. Il sì è del cliente, non del sistema.',
        en: 'Only now is it solved. The yes is the customer’s, not the system’s.',
      },
      links: pages('case'),
      play: async () => {
        await customers.sms(caller.phone, '1');
        await becomes('confirmed', 'The yes of the customer was not heard.');
      },
    },
    {
      id: 'over',
      minute: null,
      title: { it: 'Ora tocca a Lei', en: 'Now it is your turn' },
      look: {
        it: 'Scriva da un telefono o per posta, e risponda dalla scrivania come Sara: restano aperti la fattura, il tecnico mancato e l’azienda che incalza.',
        en: 'Write from a phone or by mail, and answer from the desk as Sara: the invoice, the missed visit and the pressing business are open.',
      },
      links: pages('case', 'cases', 'mine', 'status'),
      play: async () => undefined,
    },
  ];
  return storyOf(scenes, agent.baseUrl, time, signal);
}
