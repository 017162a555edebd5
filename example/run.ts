import { readBusinessTime } from './business-time.ts';
import { mastStory, POWER_ALERTS, type Story } from './mast-story.ts';
import { createMonitoring, type Monitoring } from './monitoring.ts';
import { type Neighbours, startNeighbours } from './neighbours.ts';
import { type PhonesPage, servePhones } from './phones/server.ts';
import type { ExampleState } from './phones/state.ts';
import { createProduct } from './product.ts';
import { lagoWireless } from './provider/provider.ts';
import {
  connectMonitoring,
  connectRoutes,
  importProvider,
  inviteColleagues,
  joinAsAdministrator,
  type SignIn,
  setOperator,
  switchTellingOn,
} from './set-up.ts';

export interface ExampleOptions {
  /** Where the product answers, without a slash at the end. */
  baseUrl: string;
  /** The one-time link that makes the first administrator; null when there is one already. */
  firstAdministratorLink: string | null;
  /** Ends everything. */
  signal: AbortSignal;
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
  /** Stops the phones page, the SMSC and the mail server. */
  stop(): Promise<void>;
}

/**
 * Plays the example operator against a running product, of which it uses nothing but the outside: HTTP, hooks, SMPP, SMTP. Starts an SMSC and a mail
 * server as programs of their own, sets the operator up, imports it, switches telling on, and serves the phones page; then the story plays by
 * itself in business time. Rejects, with everything stopped, when setting up fails.
 */
export async function runExample(options: ExampleOptions): Promise<Example> {
  const { baseUrl, firstAdministratorLink, signal, say = () => undefined } = options;
  if (firstAdministratorLink === null)
    throw new Error('This installation already has an administrator: the example needs a fresh data folder.');
  say('Starting the SMSC and the mail server.');
  const neighbours = await startNeighbours();
  let phones: PhonesPage | null = null;
  const stop = async (): Promise<void> => {
    await phones?.close();
    await neighbours.stop();
  };
  try {
    const stage = await setUp(baseUrl, firstAdministratorLink, neighbours, signal, say);
    phones = await servePhones({ ...stage.page, port: options.phonesPort ?? 0 });
    signal.addEventListener('abort', () => void stop(), { once: true });
    return { phonesUrl: phones.url, signIns: stage.signIns, played: stage.play(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function setUp(
  baseUrl: string,
  link: string,
  neighbours: Neighbours,
  signal: AbortSignal,
  say: (sentence: string) => void,
): Promise<{ page: Parameters<typeof servePhones>[0]; signIns: SignIn[]; play: () => Promise<void> }> {
  const provider = lagoWireless();
  const product = createProduct(baseUrl, signal);
  const administrator = await joinAsAdministrator(product, link);
  say(`Setting up ${provider.name}: settings, routes, monitoring, staff.`);
  await setOperator(product, provider);
  await connectRoutes(product, neighbours, provider);
  const { token } = await connectMonitoring(product);
  const { technician, care } = await inviteColleagues(product, createProduct(baseUrl, signal));
  const { resources, customers, services } = provider;
  say(`Importing ${resources.length} resources, ${customers.length} customers and ${services.length} lines.`);
  await importProvider(product, provider, signal);
  await switchTellingOn(product);

  const atWork = createProduct(baseUrl, signal);
  await atWork.signIn(technician.email, technician.password);
  const time = await readBusinessTime(atWork, signal);
  const monitoring = createMonitoring({ url: `${baseUrl}/hooks/alertmanager`, token, time, signal });
  const state: Pick<ExampleState, 'phase' | 'trouble' | 'power'> = { phase: 'playing', trouble: null, power: 'on' };
  const story = mastStory({
    technician: atWork,
    monitoring,
    time,
    signal,
    onPower: (power) => {
      state.power = power;
    },
  });
  return {
    page: {
      provider,
      smscUrl: neighbours.smscUrl,
      mailUrl: neighbours.mailUrl,
      story: () => ({
        ...state,
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
