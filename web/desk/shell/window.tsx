import { Modal, type ModalProps } from '@mantine/core';
import { useEffect, useState } from 'react';

/** What had the keyboard; of an entry of a menu, which goes, the button that opened the menu. */
function whoHadTheKeyboard(): HTMLElement | null {
  const focused = document.activeElement;
  const menu = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  const found = menu ? document.getElementById(menu) : focused;
  return found instanceof HTMLElement ? found : null;
}

/** A dialog that is there only while it is open. The keyboard goes back to where it was. */
export function Window(props: Omit<ModalProps, 'opened'>) {
  const [before] = useState(whoHadTheKeyboard);
  useEffect(
    () => () => {
      window.setTimeout(() => {
        // A notice that was pressed is about to go: what was on it is on nothing.
        const now = document.activeElement;
        if (now === null || now === document.body || now.closest('[role=alert]'))
          before?.focus({ preventScroll: true });
      });
    },
    [before],
  );
  return <Modal opened returnFocus={false} {...props} />;
}
