import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { INBOUND_LISTS, type InboundList } from '../../contract/intake.ts';
import { meQuery } from './shell/me.ts';
import { NotFound } from './shell/not-found.tsx';
import { Problem } from './shell/request.ts';
import { Shell } from './shell/shell.tsx';
import { Loading, Trouble } from './shell/states.tsx';

interface Context {
  queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string; over?: true } => ({
    ...(typeof search.next === 'string' && search.next.startsWith('/') && !search.next.startsWith('//')
      ? { next: search.next }
      : {}),
    // The session ended while a page was open, as against coming in anew.
    ...(search.over === true ? { over: true } : {}),
  }),
  component: lazyRouteComponent(() => import('./access/sign-in.tsx'), 'SignIn'),
});

const invitation = (path: 'welcome' | 'invitation' | 'reset') =>
  createRoute({
    getParentRoute: () => root,
    path: `/${path}/$`,
    component: lazyRouteComponent(() => import('./access/invitation.tsx'), 'AcceptInvitation'),
  });

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(meQuery);
    } catch (error) {
      if (error instanceof Problem && error.status === 401)
        throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { next: location.pathname } });
      throw error;
    }
  },
  pendingComponent: Loading,
  errorComponent: ({ error, reset }) => <Trouble error={error} onRetry={reset} />,
  notFoundComponent: NotFound,
});

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/incidents' });
  },
});
const incidents = createRoute({
  getParentRoute: () => shell,
  path: '/incidents',
  validateSearch: (search: Record<string, unknown>): { show?: 'ended' } =>
    search.show === 'ended' ? { show: 'ended' } : {},
  component: lazyRouteComponent(() => import('./incidents/incident-list.tsx'), 'IncidentList'),
});
const incident = createRoute({
  getParentRoute: () => shell,
  path: '/incidents/$id',
  component: lazyRouteComponent(() => import('./incidents/incident-page.tsx'), 'IncidentPage'),
});
const cases = createRoute({
  getParentRoute: () => shell,
  path: '/cases',
  validateSearch: (search: Record<string, unknown>): { view?: string } =>
    typeof search.view === 'string' ? { view: search.view.slice(0, 20) } : {},
  component: lazyRouteComponent(() => import('./cases/case-list.tsx'), 'CaseList'),
});
const newCase = createRoute({
  getParentRoute: () => shell,
  path: '/cases/new',
  component: lazyRouteComponent(() => import('./cases/new-case.tsx'), 'NewCasePage'),
});
const oneCase = createRoute({
  getParentRoute: () => shell,
  path: '/cases/$id',
  component: lazyRouteComponent(() => import('./cases/case-page.tsx'), 'CasePage'),
});
const promises = createRoute({
  getParentRoute: () => shell,
  path: '/promises',
  component: lazyRouteComponent(() => import('./promises/promise-list.tsx'), 'PromiseList'),
});
const alarms = createRoute({
  getParentRoute: () => shell,
  path: '/alarms',
  component: lazyRouteComponent(() => import('./alarms/alarm-list.tsx'), 'AlarmList'),
});
const inDoubt = createRoute({
  getParentRoute: () => shell,
  path: '/in-doubt',
  component: lazyRouteComponent(() => import('./in-doubt/in-doubt-list.tsx'), 'InDoubtList'),
});
const search = (search: Record<string, unknown>): { search?: string } =>
  typeof search.search === 'string' && search.search !== '' ? { search: search.search.slice(0, 200) } : {};
const customers = createRoute({
  getParentRoute: () => shell,
  path: '/customers',
  component: lazyRouteComponent(() => import('./customers/customer-list.tsx'), 'CustomerList'),
});
const customer = createRoute({
  getParentRoute: () => shell,
  path: '/customers/$id',
  component: lazyRouteComponent(() => import('./customers/customer-page.tsx'), 'CustomerPage'),
});
const resources = createRoute({
  getParentRoute: () => shell,
  path: '/resources',
  validateSearch: search,
  component: lazyRouteComponent(() => import('./network/resource-list.tsx'), 'ResourceList'),
});
const imports = createRoute({
  getParentRoute: () => shell,
  path: '/imports',
  component: lazyRouteComponent(() => import('./imports/import-page.tsx'), 'ImportPage'),
});
const staff = createRoute({
  getParentRoute: () => shell,
  path: '/staff',
  component: lazyRouteComponent(() => import('./staff/staff-page.tsx'), 'StaffPage'),
});
const account = createRoute({
  getParentRoute: () => shell,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/account-page.tsx'), 'AccountPage'),
});
const teams = createRoute({
  getParentRoute: () => shell,
  path: '/teams',
  component: lazyRouteComponent(() => import('./teams/team-list.tsx'), 'TeamList'),
});
const setAside = createRoute({
  getParentRoute: () => shell,
  path: '/set-aside',
  validateSearch: (search: Record<string, unknown>): { list?: InboundList } => {
    const list = INBOUND_LISTS.find((each) => each === search.list);
    return list ? { list } : {};
  },
  component: lazyRouteComponent(() => import('./set-aside/set-aside.tsx'), 'SetAside'),
});
const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  beforeLoad: ({ location }) => {
    if (/\/settings\/?$/.test(location.pathname)) throw redirect({ to: '/settings/general' });
  },
  component: Outlet,
});
const settingsPages = settings.addChildren([
  createRoute({
    getParentRoute: () => settings,
    path: '/general',
    component: lazyRouteComponent(() => import('./settings/general.tsx'), 'GeneralSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/telling',
    component: lazyRouteComponent(() => import('./settings/telling.tsx'), 'TellingSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/quiet-hours',
    component: lazyRouteComponent(() => import('./settings/quiet-hours.tsx'), 'QuietHoursSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/incidents',
    component: lazyRouteComponent(() => import('./settings/incidents.tsx'), 'IncidentSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/routes',
    component: lazyRouteComponent(() => import('./settings/routes.tsx'), 'RouteSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/alarm-sources',
    component: lazyRouteComponent(() => import('./alarms/alarm-sources.tsx'), 'AlarmSources'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/hours',
    component: lazyRouteComponent(() => import('./settings/hours.tsx'), 'HoursSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/cases',
    component: lazyRouteComponent(() => import('./settings/cases.tsx'), 'CaseSettings'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/mailboxes',
    component: lazyRouteComponent(() => import('./mailboxes/mailbox-list.tsx'), 'MailboxList'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/lexicon',
    component: lazyRouteComponent(() => import('./lexicon/lexicon-page.tsx'), 'LexiconPage'),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: '/retention',
    component: lazyRouteComponent(() => import('./settings/retention.tsx'), 'RetentionSettings'),
  }),
]);

/** An address of the desk that nothing stands at: the way around stays in sight. */
const nowhere = createRoute({ getParentRoute: () => shell, path: '$', component: NotFound });

/** The pages of the desk below /desk. Each is loaded when it is first opened. */
export function makeRouter(queries: QueryClient) {
  return createRouter({
    basepath: '/desk',
    context: { queries },
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error, reset }) => <Trouble error={error} onRetry={reset} />,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
    routeTree: root.addChildren([
      signIn,
      invitation('welcome'),
      invitation('invitation'),
      invitation('reset'),
      shell.addChildren([
        home,
        incidents,
        incident,
        cases,
        newCase,
        oneCase,
        promises,
        alarms,
        inDoubt,
        customers,
        customer,
        resources,
        imports,
        staff,
        teams,
        setAside,
        account,
        settingsPages,
        nowhere,
      ]),
    ]),
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
