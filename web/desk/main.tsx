import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './style.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { makeRouter } from './router.tsx';
import { LanguageProvider } from './shell/language.tsx';
import { DensityProvider } from './shell/preferences.tsx';
import { Problem } from './shell/request.ts';
import { SpokenDefaults } from './shell/spoken-defaults.tsx';
import { deskColours, deskTheme } from './theme.ts';

/** A session that ended while a page was open leads to the sign-in, and from there back to that page. */
const onRefusal = (error: unknown): void => {
  if (!(error instanceof Problem) || error.code !== 'not-signed-in') return;
  const { pathname } = router.state.location;
  if (pathname === '/sign-in') return;
  void router.navigate({ to: '/sign-in', search: { next: pathname, over: true }, replace: true });
};

const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // Who is there is asked before the first page; without an answer the router itself leads to the sign-in.
      if (query.queryKey[0] !== 'me' || query.state.data !== undefined) onRefusal(error);
    },
  }),
  mutationCache: new MutationCache({ onError: onRefusal }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refused stays refused; only a lost connection or a fault of its own is tried again.
      retry: (failures, error) =>
        failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500),
    },
  },
});
const router = makeRouter(queries);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <DensityProvider>
        {(density) => (
          <MantineProvider theme={deskTheme(density)} cssVariablesResolver={deskColours} defaultColorScheme="auto">
            <LanguageProvider>
              <SpokenDefaults>
                <Notifications position="bottom-right" />
                <RouterProvider router={router} />
              </SpokenDefaults>
            </LanguageProvider>
          </MantineProvider>
        )}
      </DensityProvider>
    </QueryClientProvider>
  </StrictMode>,
);
