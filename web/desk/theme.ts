import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent: a deep teal. State colours (red, orange, blue, green) are used for state only. */
const thread: MantineColorsTuple = [
  '#eaf5f4',
  '#d6e9e7',
  '#a9d3cf',
  '#7abcb6',
  '#53a9a2',
  '#3a9d95',
  '#2a968d',
  '#1a7f78',
  '#0b6e69',
  '#005a55',
];

/** The look of the desk on one density. `compact` tightens controls and tables for small or crowded screens. */
export const deskTheme = (density: 'comfortable' | 'compact') =>
  createTheme({
    colors: { thread },
    primaryColor: 'thread',
    primaryShade: { light: 8, dark: 7 },
    autoContrast: true,
    defaultRadius: 'sm',
    cursorType: 'pointer',
    respectReducedMotion: true,
    fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
    fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
    headings: {
      fontWeight: '600',
      sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.125rem' }, h3: { fontSize: '1rem' } },
    },
    components: {
      Table: { defaultProps: { verticalSpacing: density === 'compact' ? 4 : 8, highlightOnHover: true } },
      Button: { defaultProps: { size: density === 'compact' ? 'xs' : 'sm' } },
      Card: { defaultProps: { withBorder: true, padding: density === 'compact' ? 'sm' : 'md' } },
      TableScrollContainer: { defaultProps: { type: 'native' } },
      Tooltip: { defaultProps: { openDelay: 250, transitionProps: { duration: 100 } } },
      Modal: { defaultProps: { transitionProps: { duration: 120 } } },
      Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
      Menu: { defaultProps: { transitionProps: { duration: 100 } } },
      Collapse: { defaultProps: { transitionDuration: 120 } },
    },
  });

/**
 * Where the library's own colours are too faint to read: secondary text, and words of states on their light ground, reach 4.5 : 1 on page and card
 * (WCAG 2.2, 1.4.3).
 */
export const deskColours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c636b',
    '--mantine-color-placeholder': '#6b737b',
    '--mantine-color-red-light-color': '#a61e1e',
    '--mantine-color-orange-light-color': '#9a3409',
    '--mantine-color-yellow-light-color': '#7a4d00',
    '--mantine-color-green-light-color': '#1f6b2e',
  },
  dark: {
    '--mantine-color-dimmed': '#a8a8a8',
    '--mantine-color-placeholder': '#969696',
  },
});
