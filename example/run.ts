import { readBusinessTime } from './business-time.ts';
import { createCorrespondence } from './correspondence.ts';
import { heardStory } from './heard-story.ts';
import { mastStory, POWER_ALERTS } from './mast-story.ts';
import { createMonitoring, type Monitoring } from './monitoring.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';
import { askerOf, castOf } from './phones/people.ts';
import { type PhonesPage, servePhones } from './phones/server.ts';
import type { ExampleState } from './phones/state.ts';
import { createProduct, type Product } from './product.ts';
import { lagoWireless } from './provider/provider.ts';
import {
  connectMailbox,
  connectMonitoring,
  connectRoutes,
  formTeams,
  importProvider,
  inviteColleagues,
  joinAsAdministrator,
  type SignIn,
  setOperator,
  switchTellingOn,
} from './set-up.ts';
import type { Story } from './story.ts';

export interface ExampleOptions {
  /** Where the product answers, without a slash at the end. */
  baseUrl: string;
  /** The one-time link that makes the first administrator; null when there is one already. */
  firstAdministratorLink: string | null;
  /** Ends everything. */
  signal: AbortSignal;
  /** What happens; default: the mast without power. */
  story?: 'mast' | 'heard';
  /** A port for the phones page; 0 (the default) is any free one. */
  phonesPort?: number;
  /** Told what is being done, a sentence each. */
  say?: (sentence: string) => void;
}

export interface Example {
  phonesUrl: string;
  signIns: SignIn[];
  /** Resolves when the story was played, or the signal was given; rejects with a sentence when the product did not do its part. */
  played: Promise<void>;
  /** Stops the phones page, the SMSC, the mail server and the mailbox. */
  stop(): Promise<void>;
}

/**
 * Plays the example operator against a running product, of which it uses nothing but the outside: HTTP, hooks, SMPP, SMTP, IMAP. Starts an SMSC, a
 * mail server and a mailbox as programs of their own, sets the operator up, imports it, switches telling on, and serves the phones page; then the story plays by
 * itself in business time. Rejects, with everything stopped, when setting up fails.
 */
export async function runExample(options: ExampleOptions): Promise<Example> {
  const { firstAdministratorLink, signal, say = () => undefined } = options;
  if (firstAdministratorLink === null)
    throw new Error('This installation already has an administrator: the example needs a fresh data folder.');
  say('Starting the SMSC, the mail server and the mailbox.');
  const neighbours = await startNeighbours();
  let phones: PhonesPage | null = null;
  const stop = async (): Promise<void> => {
    await phones?.close();
    await neighbours.stop();
  };
  try {
    const stage = await setUp(options, firstAdministratorLink, neighbours, say);
    phones = await servePhones({ ...stage.page, port: options.phonesPort ?? 0 });
    signal.addEventListener('abort', () => void stop(), { once: true });
    return { phonesUrl: phones.url, signIns: stage.signIns, played: stage.play(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function setUp(
  { baseUrl, signal, story: chosen = 'mast' }: ExampleOptions,
  link: string,
  neighbours: Neighbours,
  say: (sentence: string) => void,
): Promise<{ page: Parameters<typeof servePhones>[0]; signIns: SignIn[]; play: () => Promise<void> }> {
  const provider = lagoWireless();
  const product = createProduct(baseUrl, signal);
  const administrator = await joinAsAdministrator(product, link);
  say(`Setting up ${provider.name}: settings, routes, mailbox, monitoring, staff.`);
  await setOperator(product, provider);
  await connectRoutes(product, neighbours, provider);
  await connectMailbox(product, neighbours, signal);
  const { token } = await connectMonitoring(product);
  const { technician, care } = await inviteColleagues(product, createProduct(baseUrl, signal));
  const crewId = await formTeams(product, { technician, care });
  const { resources, customers, services } = provider;
  say(`Importing ${resources.length} resources, ${customers.length} customers and ${services.length} lines.`);
  await importProvider(product, provider, signal);
  await switchTellingOn(product);

  const signedIn = async ({ email, password }: SignIn): Promise<Product> => {
    const somebody = createProduct(baseUrl, signal);
    await somebody.signIn(email, password);
    return somebody;
  };
  const [atWork, agent] = [await signedIn(technician), await signedIn(care)];
  const time = await readBusinessTime(atWork, signal);
  const monitoring = createMonitoring({ url: `${baseUrl}/hooks/alertmanager`, token, time, signal });
  const customersWrite = createCorrespondence(neighbours.smscUrl, neighbours.imapUrl);
  const state: Pick<ExampleState, 'phase' | 'trouble' | 'power'> = { phase: 'playing', trouble: null, power: 'on' };
  const cast = castOf(provider);
  const story =
    chosen === 'heard'
      ? heardStory({ agent, technician: atWork, crewId, customers: customersWrite, cast, time, signal })
      : mastStory({
          technician: atWork,
          monitoring,
          time,
          signal,
          customers: customersWrite,
          asker: askerOf(provider).phone,
          onPower: (power) => {
            state.power = power;
          },
        });
  return {
    page: {
      provider,
      ...(chosen === 'heard' ? { first: Object.values(cast) } : {}),
      customers: customersWrite,
      smscUrl: neighbours.smscUrl,
      mailUrl: neighbours.mailUrl,
      story: () => ({
        ...state,
        story: chosen,
        timeZone: time.timeZone,
        businessNow: time.now().toISOString(),
        links: { desk: `${baseUrl}/desk`, status: `${baseUrl}/status` },
        steps: story.steps(),
      }),
      businessAt: time.at,
      power: (power) => setPower(power, state, monitoring),
    },
    signIns: [administrator, technician, care],
    play: () => play(story, state, signal),
  };
}

async function setPower(
  power: 'on' | 'off',
  state: Pick<ExampleState, 'phase' | 'power'>,
  monitoring: Monitoring,
): Promise<void> {
  if (state.phase !== 'played') throw new Error('The story still moves the power by itself.');
  if (power === 'off') await monitoring.raise(POWER_ALERTS);
  else await monitoring.clear(POWER_ALERTS);
  state.power = power;
}

async function play(story: Story, state: Pick<ExampleState, 'phase' | 'trouble'>, signal: AbortSignal): Promise<void> {
  try {
    await story.play();
    state.phase = 'played';
  } catch (error) {
    if (signal.aborted) return;
    state.phase = 'failed';
    state.trouble = error instanceof Error ? error.message : String(error);
    throw error;
  }
}
