import { MantineThemeProvider } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { useWords } from './language.tsx';

/** Names, in the reader's language, of the buttons that the components bring with them: crosses that close, the eye of a password, arrows of a calendar. */
export function SpokenDefaults({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const theme = useMemo(() => {
    const closeButtonProps = { 'aria-label': t('close') };
    const ariaLabels = {
      previousMonth: t('calendar.previous-month'),
      nextMonth: t('calendar.next-month'),
      previousYear: t('calendar.previous-year'),
      nextYear: t('calendar.next-year'),
      monthLevelControl: t('calendar.choose-month'),
      yearLevelControl: t('calendar.choose-year'),
    };
    return {
      components: {
        Modal: { defaultProps: { closeButtonProps, transitionProps: { duration: 120 } } },
        Notification: { defaultProps: { closeButtonProps } },
        PasswordInput: { defaultProps: { visibilityToggleButtonProps: { 'aria-label': t('password.show') } } },
        DatePickerInput: { defaultProps: { ariaLabels } },
        DateTimePicker: {
          defaultProps: {
            ariaLabels,
            submitButtonProps: { 'aria-label': t('done') },
            timePickerProps: { hoursInputLabel: t('calendar.hours'), minutesInputLabel: t('calendar.minutes') },
          },
        },
      },
    };
  }, [t]);
  return <MantineThemeProvider theme={theme}>{children}</MantineThemeProvider>;
}
